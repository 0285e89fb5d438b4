package dev.writ.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The limits of style that a reader would otherwise have to check: they hold from the first day. */
class TidyTest {
    private static final int FILE_LINES_MAX = 450;
    private static final int MAP_LINES_MAX = 250;
    private static final Pattern BAD_NAME = Pattern.compile(".*(Impl|Manager|Utils?|Helper|Abstract\\w*)\\.java");
    private static final Pattern LEFT_OPEN = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

    @Test
    void filesFitOnAFewScreens() throws IOException {
        assertThat(sources().stream().filter(f -> lines(f).size() > FILE_LINES_MAX))
                .isEmpty();
        assertThat(Files.readAllLines(Path.of("ARCHITECTURE.md"))).hasSizeLessThanOrEqualTo(MAP_LINES_MAX);
    }

    @Test
    void typesAreNamedForWhatTheyAre() throws IOException {
        assertThat(sources()).noneMatch(f -> BAD_NAME.matcher(f.toString()).matches());
    }

    @Test
    void nothingIsLeftOpenInASource() throws IOException {
        assertThat(sources().stream().filter(f -> !f.endsWith("TidyTest.java")).filter(f -> lines(f).stream()
                        .anyMatch(l -> LEFT_OPEN.matcher(l).find())))
                .isEmpty();
    }

    @Test
    void noTestIsSwitchedOff() throws IOException {
        assertThat(sources().stream().filter(f -> !f.endsWith("TidyTest.java")).filter(f -> lines(f).stream()
                        .anyMatch(l -> l.contains("@Disabled"))))
                .isEmpty();
    }

    @Test
    void everyPackageSaysItsJobAndIsNullMarked() throws IOException {
        var missing = new ArrayList<Path>();
        for (var file : sources("src/main/java")) {
            var info = file.resolveSibling("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) missing.add(file);
        }
        assertThat(missing).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        var all = new ArrayList<>(sources("src/main/java"));
        all.addAll(sources("src/test/java"));
        return all;
    }

    private static List<Path> sources(String root) throws IOException {
        try (var files = Files.walk(Path.of(root))) {
            return files.filter(f -> f.toString().endsWith(".java")).toList();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
