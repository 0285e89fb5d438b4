package dev.writ.cli;

import picocli.CommandLine.Option;

/** Whether the person has answered in advance what would be asked on a terminal. */
final class Unasked {
    @Option(names = "--yes", description = "Do not ask.")
    boolean yes;
}
