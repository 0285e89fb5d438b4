package dev.writ.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What tools do, and what data they concern. */
final class Classes {
    @Option(
            names = "--category",
            split = ",",
            paramLabel = "NAME",
            description = "A category of tools: read, write, money, external, irreversible …; none means none.")
    @Nullable
    List<String> categories;

    @Option(
            names = "--data-class",
            split = ",",
            paramLabel = "NAME",
            description = "A class of data: personal, payment …; none means none.")
    @Nullable
    List<String> data;
}
