package dev.writ.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the arrows of ARCHITECTURE.md against the class files. */
class ArrowsTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final Pattern ROW = Pattern.compile("^\\| ([a-z.]+) \\| [^|]+ \\| ([^|]+) \\|$");
    private static final Pattern OURS = Pattern.compile("dev/writ/([a-z/]+)/[A-Z]");

    private final Map<String, Set<String>> arrows = arrows();

    @Test
    void theMapHasOneRowForEveryPart() {
        assertThat(arrows).hasSizeGreaterThan(15).containsKeys("guard", "policy", "ledger", "base");
    }

    @Test
    void noClassUsesAPartThatItsOwnMayNotImport() throws IOException {
        var forbidden = new ArrayList<String>();
        var seen = new TreeSet<String>();
        try (var files = Files.walk(CLASSES)) {
            for (var file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                var name = CLASSES.relativize(file).toString();
                if (!name.startsWith("dev/writ/")) continue;
                var from = part(name);
                seen.add(from);
                for (var used : partsUsedBy(file))
                    if (!allowed(from, used)) forbidden.add(from + " -> " + used + " in " + name);
            }
        }
        assertThat(seen).contains("base");
        assertThat(forbidden).isEmpty();
    }

    @Test
    void theCheckItselfFindsAForbiddenArrow() {
        assertThat(allowed("policy", "store")).isFalse();
        assertThat(allowed("gateway.mcp", "ledger")).isFalse();
        assertThat(allowed("guard", "policy")).isTrue();
    }

    private boolean allowed(String from, String to) {
        if (from.equals(to) || to.equals("base") || from.equals("app")) return true;
        return arrows.getOrDefault(from, Set.of()).contains(to);
    }

    private Set<String> partsUsedBy(Path file) throws IOException {
        var used = new TreeSet<String>();
        var pool = ClassFile.of().parse(file).constantPool();
        for (var entry : pool) {
            switch (entry) {
                case ClassEntry c -> addParts(c.asInternalName(), used);
                // Descriptors and signatures of fields, methods and records.
                case Utf8Entry text
                when text.stringValue().contains("Ldev/writ/") -> addParts(text.stringValue(), used);
                default -> {}
            }
        }
        return used;
    }

    private void addParts(String text, Set<String> used) {
        var matcher = OURS.matcher(text);
        while (matcher.find()) used.add(part("dev/writ/" + matcher.group(1) + "/X"));
    }

    /** The part of a class: the longest package prefix that has a row. */
    private String part(String classFile) {
        var name = classFile.substring("dev/writ/".length()).replace('/', '.');
        for (int end = name.lastIndexOf('.', name.length() - 1); end > 0; end = name.lastIndexOf('.', end - 1)) {
            var prefix = name.substring(0, end);
            if (arrows.containsKey(prefix)) return prefix;
        }
        throw new AssertionError("no row of ARCHITECTURE.md holds " + classFile);
    }

    private static Map<String, Set<String>> arrows() {
        var found = new HashMap<String, Set<String>>();
        try {
            for (var line : Files.readAllLines(Path.of("ARCHITECTURE.md"))) {
                var row = ROW.matcher(line);
                if (!row.matches() || row.group(1).equals("part")) continue;
                var to = row.group(2).trim();
                found.put(row.group(1), to.equals("–") ? Set.of() : Set.copyOf(List.of(to.split(", "))));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }
}
