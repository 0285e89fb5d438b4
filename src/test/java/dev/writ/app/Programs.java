package dev.writ.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs the program in this process, for tests elsewhere. */
public final class Programs {
    private Programs() {}

    /** What it said, to whom ever, and how it ended. */
    public record Ran(int exit, String text) {}

    public static Ran run(String... words) {
        var said = new ByteArrayOutputStream();
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new Ran(Main.run(words, out, out), said.toString(StandardCharsets.UTF_8));
    }
}
