package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Runs commands in process, in a folder and an environment of its own. */
record Shell(Path directory, Map<String, String> environment, boolean interactive, String input) {
    /** What a command left. */
    record Ran(int exit, String out, String err) {}

    /** In a folder whose home is {@code home} below it, with nothing configured. */
    static Shell in(Path directory) {
        return new Shell(directory, Map.of("HOME", directory.resolve("home").toString()), false, "");
    }

    /** Logged in to a server by the environment. */
    static Shell in(Path directory, ContractServer server) {
        return in(directory).with("WRIT_URL", server.url()).with("WRIT_KEY", ContractServer.KEY);
    }

    Shell with(String variable, String value) {
        var more = new HashMap<>(environment);
        more.put(variable, value);
        return new Shell(directory, more, interactive, input);
    }

    Shell at(Path folder) {
        return new Shell(folder, environment, interactive, input);
    }

    /** With a person at the terminal who types this. */
    Shell typing(String text) {
        return new Shell(directory, environment, true, text);
    }

    /** With something piped in. */
    Shell piping(String text) {
        return new Shell(directory, environment, false, text);
    }

    Ran run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                new PrintStream(out, false, UTF_8),
                new PrintStream(err, false, UTF_8),
                interactive,
                _ -> input.isEmpty() ? Optional.empty() : Optional.of(input.strip()),
                environment,
                directory);
        int exit = Cli.run(arguments, terminal);
        return new Ran(exit, out.toString(UTF_8), err.toString(UTF_8));
    }
}
