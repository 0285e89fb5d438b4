package dev.writ.demo;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Settings;
import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code writ demo}: starts the real server as a process of its own on a free port with a data folder of its own, the
 * shop beside it, and tells the story against them. Nothing is faked: the agent is an ordinary MCP client.
 */
public final class Demo {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Options options;
    private final CommandLine commandLine;
    private final PrintStream out;
    private final PrintStream err;
    private final BufferedReader keyboard =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    /**
     * How the demo runs.
     *
     * @param auto does not wait for the reader between the steps
     * @param json prints one object for each step
     * @param data keeps the data here; the folder must not exist yet
     * @param up further words for {@code writ up}
     */
    public record Options(boolean auto, boolean json, Optional<Path> data, List<String> up) {
        public Options {
            up = List.copyOf(up);
        }
    }

    /** The words that start Writ, up to the word {@code up}: a java program and its options. */
    public record Server(List<String> words, Map<String, String> environment) {}

    public Demo(Options options, CommandLine commandLine, PrintStream out, PrintStream err) {
        this.options = options;
        this.commandLine = commandLine;
        this.out = out;
        this.err = err;
    }

    /** @return the exit code: 0 when the whole story went as told */
    public int run(Server server) {
        if (options.data().filter(Files::exists).isPresent()) {
            err.println("writ demo: " + options.data().get()
                    + " exists already, and an existing folder is never touched;" + " name another one.");
            return 1;
        }
        try {
            var data = options.data().isPresent()
                    ? Files.createDirectories(options.data().get())
                    : Files.createTempDirectory("writ-demo-");
            try {
                return tell(server, data);
            } finally {
                if (options.data().isEmpty()) delete(data);
            }
        } catch (IOException e) {
            err.println("writ demo: the data folder cannot be used: " + e.getMessage());
            return 1;
        } catch (DemoFailure e) {
            err.println("writ demo: " + e.getMessage());
            return 1;
        }
    }

    /** Tells the story against a server that is up already, in whose data folder nothing has happened yet. */
    public void tellAt(String url, String key, Path data) {
        try (var client = HttpClient.start(Settings.to(Destinations.loopbackOnly()))) {
            tell(client, url, key, data);
        }
    }

    private Report tell(HttpClient client, String url, String key, Path data) {
        var secret = secret();
        try (var shop = Shop.start(0, Optional.of(secret))) {
            var report = new Report(out, options.json());
            report.head(url, shop.url(), data.toString());
            var stage = new Stage(data, url, key, shop, secret, client, commandLine);
            new Story(stage, client, report, this::pause).tell();
            return report;
        }
    }

    private int tell(Server server, Path data) {
        try (var client = HttpClient.start(Settings.to(Destinations.loopbackOnly()));
                var writ = Child.start(command(server, data), Limits.DEFAULT)) {
            var context = awaitServer(writ, client, data);
            var report = tell(client, Stage.text(context, "url"), Stage.text(context, "key"), data);
            report.tail(List.of(
                    "That was the main job. With your own agent:",
                    "  ./writ up                              starts the server and keeps its data in ./writ-data",
                    "  ./writ import .mcp.json                puts your own MCP servers behind it",
                    "  ./writ connect claude-code             points your own client at it"));
            return 0;
        }
    }

    private Command command(Server server, Path data) {
        var words = new java.util.ArrayList<>(server.words());
        words.addAll(List.of(
                "up",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--config",
                settings(data).toString()));
        words.addAll(options.up());
        return new Command(words, server.environment(), data);
    }

    /** Calls do not wait for a person here: the reader shall see the answer that a model gets. */
    private static Path settings(Path data) {
        try {
            return Files.writeString(data.resolve("writ.yaml"), "approvals:\n  holdSeconds: 0\n");
        } catch (IOException e) {
            throw new DemoFailure("the settings cannot be written: " + e.getMessage());
        }
    }

    /** Waits until the server has written how to reach it, and answers. */
    private static Json.Obj awaitServer(Child writ, HttpClient client, Path data) {
        var file = data.resolve("cli/owner.json");
        long until = System.nanoTime() + START_MAX.toNanos();
        while (System.nanoTime() < until) {
            if (!writ.running())
                throw new DemoFailure(
                        "the server did not start: " + writ.errorTail().strip());
            try {
                if (Files.exists(file)) {
                    var context = JsonReader.readObject(Files.readAllBytes(file));
                    // The credential is saved before the port is known, so that a crash in between does not lose it.
                    if (!Stage.text(context, "url").endsWith(":0")) {
                        new Api(client, Stage.text(context, "url") + "/api/v1", Stage.text(context, "key"))
                                .get("/status");
                        return context;
                    }
                }
                Thread.sleep(20);
            } catch (IOException | ClientError | dev.writ.base.JsonError e) {
                // Not yet: the file is being written or the listener is not open.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DemoFailure("interrupted");
            }
        }
        throw new DemoFailure("the server did not answer within " + START_MAX.toSeconds() + " s");
    }

    private void pause() {
        if (options.auto() || options.json() || !interactive()) return;
        out.print("\n   (press Enter for the next step) ");
        out.flush();
        try {
            var _ = keyboard.readLine();
        } catch (IOException e) {
            // Whoever cannot press Enter reads on.
        }
    }

    @SuppressWarnings("SystemConsoleNull") // a JDK may come without a console provider
    private static boolean interactive() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    private static String secret() {
        var bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        }
    }
}
