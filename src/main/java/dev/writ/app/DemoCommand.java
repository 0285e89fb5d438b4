package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.cli.Cli;
import dev.writ.cli.Terminal;
import dev.writ.demo.Demo;
import dev.writ.store.StoreError;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code writ demo}: the main job in nine steps, against a server that it starts for itself. */
@Command(
        name = "writ demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Show the main job in nine steps, against a server of its own with a shop behind it.")
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--auto", description = "do not wait for Enter between the steps")
    private boolean auto;

    @Option(names = "--json", description = "print one JSON object for each step")
    private boolean json;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "keep the data in this folder, which must not exist yet")
    private Optional<Path> data = Optional.empty();

    @Mixin
    private final Database database = new Database();

    private final PrintStream out;
    private final PrintStream err;

    DemoCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        var up = new ArrayList<String>();
        if (database.url.isPresent()) {
            var inTheWay = inTheWay(database.url.get());
            if (inTheWay.isPresent()) {
                err.println("writ demo: " + inTheWay.get() + ".");
                return 1;
            }
            up.addAll(List.of("--db", database.url.get()));
            database.passwordFile.ifPresent(file -> up.addAll(
                    List.of("--db-password-file", file.toAbsolutePath().toString())));
        }
        return new Demo(new Demo.Options(auto, json, data.map(Path::toAbsolutePath), up), DemoCommand::ran, out, err)
                .run(new Demo.Server(thisProgram(), environment()));
    }

    /** Why the demo does not use a database; one that is used already is never touched. */
    private Optional<String> inTheWay(String url) {
        try {
            var found = StateStore.database(url, database.passwordFile);
            return found.unused()
                    ? Optional.empty()
                    : Optional.of(found.shown() + " has tables already, and what exists is never touched; name an"
                            + " empty database or schema");
        } catch (StoreError | IllegalArgumentException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /** What the server may see of ours: where programs are, and how to be let into the database. */
    private Map<String, String> environment() {
        var environment = new HashMap<String, String>();
        environment.put("PATH", System.getenv().getOrDefault("PATH", ""));
        if (database.url.isPresent())
            for (var name : List.of(StateStore.PASSWORD_VARIABLE, "PGPASSFILE", "HOME"))
                if (System.getenv(name) != null) environment.put(name, System.getenv(name));
        return environment;
    }

    /** The words that started this process, so that the demo's server is the same program with the same limits. */
    private static List<String> thisProgram() {
        var words = new ArrayList<String>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of(
                "-Xms32m",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=96m",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        // What the launcher was given to start faster with.
        Optional.ofNullable(System.getProperty("writ.aot"))
                .ifPresent(file -> words.addAll(
                        List.of("-XX:AOTCache=" + Path.of(file).toAbsolutePath(), "-Xlog:aot*=off", "-Xlog:cds*=off")));
        words.addAll(List.of("-cp", absolute(System.getProperty("java.class.path")), Main.class.getName()));
        return words;
    }

    private static String absolute(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Runs one command of the command line as a person without a terminal would, and keeps what it says. */
    static dev.writ.demo.CommandLine.Ran ran(String url, String key, List<String> words) {
        var said = new ByteArrayOutputStream();
        var both = new PrintStream(said, true, UTF_8);
        var environment = Map.of("WRIT_URL", url, "WRIT_KEY", key, "NO_COLOR", "1");
        var terminal = new Terminal(
                InputStream.nullInputStream(), both, both, false, _ -> Optional.empty(), environment, Path.of(""));
        int exit = Cli.run(words.toArray(new String[0]), terminal);
        return new dev.writ.demo.CommandLine.Ran(exit, said.toString(UTF_8));
    }
}
