package dev.writ.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything outside that a command sees, so that it can run inside another program.
 *
 * @param interactive whether a person sits there: input and output are a terminal's
 * @param hiddenLine asks with a prompt for a line that is not echoed; empty when there is none
 * @param directory where relative paths begin
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean interactive,
        Function<String, Optional<String>> hiddenLine,
        Map<String, String> environment,
        Path directory) {
    public Terminal {
        environment = Map.copyOf(environment);
        directory = directory.toAbsolutePath();
    }

    /** The process's own. */
    public static Terminal system() {
        var console = Optional.ofNullable(System.console());
        return new Terminal(
                System.in,
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                console.filter(Console::isTerminal).isPresent(),
                prompt -> console.map(c -> c.readPassword("%s", prompt)).map(String::new),
                System.getenv(),
                Path.of(""));
    }

    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** A path that a person typed. */
    public Path path(String typed) {
        return directory.resolve(typed).normalize();
    }
}
