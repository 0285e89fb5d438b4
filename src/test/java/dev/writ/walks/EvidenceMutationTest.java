package dev.writ.walks;

import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.app.Programs;
import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.guard.RecordKinds;
import dev.writ.guard.Transition;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.Trust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A ledger that the real product wrote and that holds a record of every kind there is: whatever anybody changes in any
 * field of any of them, drops, doubles, moves or brings from elsewhere, verifying fails and names the record.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EvidenceMutationTest {
    private Product first;
    private Path log;
    private Path others;
    private Path root;
    private Trust trust;
    private Checkpoint early;
    private List<byte[]> leaves;

    @BeforeAll
    void aLedgerOfEveryKind(@TempDir Path folder) throws Exception {
        var data = restored(folder);
        try (var product = first.onceMore(data)) {
            early = product.parts().ledger().checkpoint(Product.TENANT);
            EveryKind.story(product, data);
            trust = Trust.parse(product.parts().ledger().trust(Product.TENANT));
            product.parts().ledger().checkpoint(Product.TENANT);
        }
        root = folder.resolve("evidence");
        copy(data.resolve("ledger/acme"), root.resolve("ledger/acme"));
        log = root.resolve("ledger/acme/node-1-r1");
        others = data.resolve("ledger/default/node-1-r1");
        leaves = new LogFolder(log).entries(0, new LogFolder(log).checkpoint().size());
        assertThat(leaves).hasSizeBetween(20, 255);
        assertThat(verify()).endsWith("verified\n").doesNotContain("NOT VERIFIED");
    }

    /** An installation that was restored, so that its log begins with a record of kind origin. */
    private Path restored(Path folder) throws IOException {
        var data = folder.resolve("data");
        first = Product.start(data);
        first.wiring.close();
        var backup = folder.resolve("backup").toString();
        ran(Folders.command(data, "backup", "--data", data.toString(), "--to", backup, "--with-keys"));
        var restored = folder.resolve("restored");
        ran("restore", "--from", backup, "--data", restored.toString());
        // Where Product keeps its policies is no part of a data folder.
        copy(data.resolve("bundles-of-test"), restored.resolve("bundles-of-test"));
        return restored;
    }

    private static void ran(String... words) {
        var ran = Programs.run(words);
        assertThat(ran.exit()).as(ran.text()).isZero();
    }

    @AfterAll
    void closeTheShop() {
        first.shop.close();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
    }

    private String verify() {
        return verify(root);
    }

    private String verify(Path evidence) {
        return EvidenceVerifier.verify(evidence, Optional.of(trust), Optional.empty())
                .text();
    }

    private Path bundle() {
        return log.resolve("tile/entries/000.p/" + leaves.size());
    }

    /** What verifying says while these are the entries. */
    private String with(List<byte[]> entries) throws IOException {
        write(entries);
        try {
            return verify();
        } finally {
            write(leaves);
        }
    }

    private void write(List<byte[]> entries) throws IOException {
        var out = new ByteArrayOutputStream();
        for (var entry : entries) {
            out.write(entry.length >>> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        Files.write(bundle(), out.toByteArray());
    }

    private Json.Obj record(int index) {
        return JsonReader.readObject(leaves.get(index));
    }

    /** Guard records no other kind than these, so whoever adds one must let {@link EveryKind} write it. */
    @Test
    void everyKindThatCanBeRecordedIsWrittenHereByTheProduct() {
        var written = new TreeSet<String>();
        for (int i = 0; i < leaves.size(); i++)
            written.add(record(i).string("kind").orElseThrow());
        assertThat(written).isEqualTo(new TreeSet<>(RecordKinds.ALL));
        assertThat(record(0).string("kind")).contains("origin");
        assertThatThrownBy(() -> new Transition("egress", "requested", Json.Obj.EMPTY))
                .hasMessage("not a kind that is recorded: egress");
    }

    /** Every way to change a record in one place, by the path of the place. */
    private static Map<String, Json> mutants(Json json, boolean all) {
        var mutants = new LinkedHashMap<String, Json>();
        switch (json) {
            case Json.Obj object -> {
                object.members().forEach((name, value) -> {
                    mutants(value, all)
                            .forEach((path, mutant) -> mutants.put("/" + name + path, object.with(name, mutant)));
                    mutants.put("/" + name + " removed", object.without(name));
                });
                mutants.put(" with one more member", object.with("zz", Json.of("x")));
            }
            case Json.Arr array -> {
                for (int i = 0; i < array.items().size(); i++) {
                    int at = i;
                    mutants(array.items().get(i), all).forEach((path, mutant) -> {
                        var items = new ArrayList<>(array.items());
                        items.set(at, mutant);
                        mutants.put("/" + at + path, new Json.Arr(items));
                    });
                }
                var more = new ArrayList<>(array.items());
                more.add(Json.of("x"));
                mutants.put(" with one more item", new Json.Arr(more));
            }
            case Json.Str(var text) -> {
                mutants.put(" changed", Json.of(text.isEmpty() ? "x" : flipped(text)));
                if (all) mutants.put(" longer", Json.of(text + " "));
                if (all) mutants.put(" a number", Json.of(1));
            }
            case Json.Num _ -> mutants.put(" changed", Json.of(4711));
            case Json.Bool(var value) -> mutants.put(" changed", Json.of(!value));
            case Json.Null _ -> mutants.put(" changed", Json.of("x"));
        }
        return mutants;
    }

    private static String flipped(String text) {
        int last = text.length() - 1;
        return text.substring(0, last) + (text.charAt(last) == 'x' ? 'y' : 'x');
    }

    /** The n-th mutant of each of these records at once, for every n: each record must be named for itself. */
    private void everyMutantIsNamed(List<Integer> indexes, boolean all) throws IOException {
        var mutants = new LinkedHashMap<Integer, List<Map.Entry<String, Json>>>();
        for (int index : indexes)
            mutants.put(index, List.copyOf(mutants(record(index), all).entrySet()));
        int rounds = mutants.values().stream().mapToInt(List::size).max().orElseThrow();
        int tried = 0;
        var unnoticed = new ArrayList<String>();
        for (int n = 0; n < rounds; n++) {
            var entries = new ArrayList<>(leaves);
            var changed = new LinkedHashMap<Integer, String>();
            for (var of : mutants.entrySet()) {
                if (n >= of.getValue().size()) continue;
                var mutant = of.getValue().get(n);
                entries.set(of.getKey(), Canonical.bytes(mutant.getValue()));
                changed.put(of.getKey(), mutant.getKey());
            }
            tried += changed.size();
            var report = with(entries);
            for (var one : changed.entrySet())
                if (!Pattern.compile("FAIL  record " + one.getKey() + " \\([^\\n]*\\) does not hash to")
                        .matcher(report)
                        .find()) unnoticed.add(one.getKey() + one.getValue());
        }
        assertThat(unnoticed).isEmpty();
        assertThat(tried).isGreaterThan(indexes.size() * 10);
    }

    @Test
    void everyFieldOfARecordOfEveryKindIsCoveredAndItsRecordNamed() throws IOException {
        // Of each kind the fullest ones first, then those that have a field which none before them had.
        var known = new HashSet<String>();
        var chosen = IntStream.range(0, leaves.size())
                .boxed()
                .sorted(Comparator.comparing(i -> -leaves.get(i).length))
                .filter(i -> known.addAll(fields(record(i))))
                .toList();
        assertThat(known).hasSizeGreaterThan(150);
        everyMutantIsNamed(chosen, false);
    }

    /** The kind with each place in a record of it, items of a list being one place. */
    private static Set<String> fields(Json.Obj record) {
        var fields = new TreeSet<String>();
        var kind = record.string("kind").orElseThrow();
        mutants(record, false).keySet().forEach(path -> fields.add(kind + path.replaceAll("/[0-9]+", "/#")));
        return fields;
    }

    @Test
    @Tag("extended")
    void everyFieldOfEveryRecordIsCovered() throws IOException {
        // A dozen at a time: a report names two hundred failures one by one.
        for (int from = 0; from < leaves.size(); from += 12) {
            var some = new ArrayList<Integer>();
            for (int i = from; i < Math.min(leaves.size(), from + 12); i++) some.add(i);
            everyMutantIsNamed(some, true);
        }
    }

    @Test
    @Tag("extended")
    void everyChangedByteOfEveryRecordIsFound() throws IOException {
        // The logs before this one have their own checks and would be verified at each byte.
        var alone = root.resolveSibling("alone");
        copy(log, Files.createDirectories(alone.resolve("ledger/acme")).resolve(log.getFileName()));
        var bundle = alone.resolve(root.relativize(bundle()).toString());
        var whole = Files.readAllBytes(bundle);
        assertThat(verify(alone)).endsWith("verified\n").doesNotContain("NOT VERIFIED");
        for (int i = 0; i < whole.length; i++) {
            var changed = whole.clone();
            changed[i] ^= (byte) (1 << (i % 8));
            Files.write(bundle, changed);
            assertThat(verify(alone)).as("byte " + i).contains("NOT VERIFIED");
        }
    }

    private void named(List<byte[]> entries, String... words) throws IOException {
        assertThat(with(entries)).contains("NOT VERIFIED").contains(words);
    }

    @Test
    void recordsDroppedSwappedDoubledOrBroughtFromElsewhereAreNamed() throws IOException {
        var foreign = new LogFolder(others)
                .entries(0, new LogFolder(others).checkpoint().size())
                .getFirst();
        for (int i = 0; i < leaves.size(); i += 5) {
            int at = i;
            named(changed(list -> list.remove(at)), "holds " + (leaves.size() - 1) + " of " + leaves.size());
            named(changed(list -> list.set(at, list.get((at + 1) % list.size()))), "record " + at + " (");
            named(changed(list -> list.set(at, foreign)), "record " + at + " (", "is of tenant default, not acme");
        }
        for (int i = 0; i + 1 < leaves.size(); i += 7) {
            int at = i;
            named(
                    changed(list -> java.util.Collections.swap(list, at, at + 1)),
                    "record " + at + " (",
                    "record " + (at + 1) + " (");
        }
    }

    private List<byte[]> changed(java.util.function.Consumer<List<byte[]>> change) {
        var entries = new ArrayList<>(leaves);
        change.accept(entries);
        return entries;
    }

    /** What verifying says while a file has another content. */
    private String with(String name, Function<byte[], byte[]> change) throws IOException {
        var file = log.resolve(name);
        var before = Files.readAllBytes(file);
        Files.write(file, change.apply(before));
        try {
            return verify();
        } finally {
            Files.write(file, before);
        }
    }

    @Test
    void anOldCheckpointAnotherLogsAndSwappedKeysAreNamed() throws IOException {
        var head = new LogFolder(log).checkpoint();
        // An old head is honestly signed; only a newer one that was kept shows what is missing.
        Files.move(log.resolve("checkpoint"), log.resolve("../kept"));
        Files.write(log.resolve("checkpoint"), early.bytes());
        var rolledBack = EvidenceVerifier.verify(root, Optional.of(trust), Optional.of(head));
        Files.delete(log.resolve("checkpoint"));
        Files.move(log.resolve("../kept"), log.resolve("checkpoint"));
        assertThat(rolledBack.text()).contains("NOT VERIFIED", "records were cut off or an old state was put back");
        assertThat(with("checkpoint", _ -> read(others.resolve("checkpoint"))))
                .contains("NOT VERIFIED", "is of another log");
        assertThat(with("trust", _ -> read(others.resolve("trust")))).contains("NOT VERIFIED", "a key of another log");
        assertThat(with("handovers", _ -> new byte[0]))
                .contains("NOT VERIFIED", "no checkpoint of the old keys hands over to them");
        for (var name : List.of("checkpoint", "trust", "handovers"))
            for (int cut = 1; cut < 400; cut += 57) {
                int less = cut;
                assertThat(with(name, bytes -> java.util.Arrays.copyOf(bytes, bytes.length - less)))
                        .as(name + " without its last " + less)
                        .contains("NOT VERIFIED");
            }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void anInsiderWithoutTheKeysWhoMendsTheTilesFailsAtTheRoot() throws IOException {
        var hash = new dev.writ.ledger.verify.TreeHash();
        var tile = log.resolve("tile/0/000.p/" + leaves.size());
        var before = Files.readAllBytes(tile);
        for (int i = 0; i < leaves.size(); i += 3) {
            var forged = Canonical.bytes(record(i).with("zz", Json.of("forged")));
            var mended = before.clone();
            System.arraycopy(hash.leaf(forged), 0, mended, i * 32, 32);
            Files.write(tile, mended);
            int at = i;
            named(changed(list -> list.set(at, forged)), "the records do not have the root that the checkpoint signs");
        }
        Files.write(tile, before);
    }
}
