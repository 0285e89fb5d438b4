package dev.writ.demo;

import java.util.List;

/** The command line as the demo's people use it: {@code words} as typed after {@code writ}, with whose key. */
@FunctionalInterface
public interface CommandLine {
    Ran run(String url, String key, List<String> words);

    /** What came of it: the exit code, and what stood on both outputs. */
    record Ran(int exit, String text) {}
}
