package dev.writ.app;

import dev.writ.ledger.LedgerFailure;
import dev.writ.witness.WitnessFailure;
import dev.writ.witness.WitnessServer;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code writ witness}: vouches for other installations' ledgers, on another machine and with its own keys. */
@Command(
        name = "writ witness",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Cosign other installations' checkpoints (C2SP tlog-witness), until Ctrl-C.",
        footer = {"", "writ witness trust --data DIR --name NAME prints the witness's verifier keys."})
final class WitnessCommand implements Callable<Integer> {
    private static final int PORT = 7410;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "the witness's own folder")
    private Path data = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            required = true,
            description = "its name, like an address without scheme: witness.example/w1")
    private String name = "";

    @Option(
            names = "--logs",
            paramLabel = "FILE",
            required = true,
            description = "the verifier keys of the logs that it serves; read again when it changes")
    private Path logs = Path.of("");

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            defaultValue = "127.0.0.1:" + PORT,
            description = "where to listen; port 0 for any free one (default ${DEFAULT-VALUE})")
    private String listen = "";

    @Option(
            names = "--host",
            paramLabel = "NAME",
            arity = "1",
            description = "a name that it is reached by, beside localhost; may be given several times")
    private List<String> hosts = List.of();

    private final PrintStream out;
    private final PrintStream err;

    private WitnessCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** {@code writ witness …}; {@code trust} needs nothing of what the server needs, so it is no subcommand of it. */
    static int run(String[] arguments, PrintStream out, PrintStream err) {
        boolean trust = arguments.length > 0 && arguments[0].equals("trust");
        Callable<Integer> command = trust ? new TrustCommand(out, err) : new WitnessCommand(out, err);
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true, java.nio.charset.StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, java.nio.charset.StandardCharsets.UTF_8))
                .execute(trust ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments);
    }

    /** {@code writ witness trust}. */
    @Command(
            name = "writ witness trust",
            mixinStandardHelpOptions = true,
            description = "Print the witness's verifier keys; makes them on first use.")
    static final class TrustCommand implements Callable<Integer> {
        @Option(names = "--data", paramLabel = "DIR", required = true, description = "the witness's own folder")
        private Path data = Path.of("");

        @Option(names = "--name", paramLabel = "NAME", required = true, description = "its name")
        private String name = "";

        private final PrintStream out;
        private final PrintStream err;

        private TrustCommand(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            return told(err, () -> {
                WitnessServer.keys(data, name, new SecureRandom()).forEach(out::println);
                return 0;
            });
        }
    }

    @Override
    public Integer call() {
        return told(err, () -> {
            var witness = WitnessServer.start(setup(), InstantSource.system(), new SecureRandom());
            var stopped = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform().name("writ-witness-stop").unstarted(() -> {
                                witness.close();
                                stopped.countDown();
                            }));
            out.println("witness " + name + " listens on port " + witness.port() + " for " + witness.logsKnown()
                    + " logs; its keys:");
            witness.keys().forEach(out::println);
            out.flush();
            try {
                stopped.await();
                return 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 130;
            }
        });
    }

    private WitnessServer.Setup setup() {
        int colon = listen.lastIndexOf(':');
        if (colon < 1 || !listen.substring(colon + 1).matches("[0-9]{1,5}"))
            throw new IllegalArgumentException("--listen is ADDRESS:PORT, not " + listen);
        return new WitnessServer.Setup(
                data,
                name,
                logs,
                listen.substring(0, colon),
                Integer.parseInt(listen.substring(colon + 1)),
                Set.copyOf(hosts));
    }

    private static int told(PrintStream err, Supplier<Integer> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException e) {
            err.println("writ: " + e.getMessage() + ".");
            return 2;
        } catch (WitnessFailure | LedgerFailure | dev.writ.http.server.ServerError e) {
            var failure = Up.failure(e);
            err.println("writ: " + failure.getMessage() + ".");
            err.println("      Next: " + failure.next() + ".");
            return 1;
        }
    }
}
