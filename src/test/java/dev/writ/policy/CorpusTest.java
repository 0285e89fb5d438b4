package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.cedarpolicy.loader.LibraryLoader;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Cedar's own corpus: every request must come out with the same decision, reasons and errors. */
@Tag("extended")
class CorpusTest {
    private static final Path CORPUS = Path.of("../shared/data/cedar/corpus-tests.tar.gz");
    private static final int TESTS = 3_963;
    private static final int REQUESTS = 31_704;

    @Test
    void everyRequestOfTheCorpusComesOutAsCedarsOwnTestsSay() throws Exception {
        LibraryLoader.loadLibrary();
        var files = untar(CORPUS);
        var differences = new ArrayList<String>();
        int tests = 0;
        int requests = 0;
        int allowed = 0;
        int erring = 0;
        for (var name : files.keySet()) {
            if (!name.endsWith(".json") || name.endsWith(".entities.json")) continue;
            tests++;
            var stem = name.substring(0, name.length() - ".json".length());
            var policies = com.cedarpolicy.model.policy.PolicySet.parsePolicies(text(files, stem + ".cedar"));
            var set = PolicySet.compile((Json.Obj) JsonReader.read(policies.toJson()));
            var entities = CedarJson.entities((Json.Arr) JsonReader.read(text(files, stem + ".entities.json")));
            var test = (Json.Obj) JsonReader.read(text(files, name));
            for (var item : test.array("requests").orElseThrow().items()) {
                requests++;
                var request = (Json.Obj) item;
                var question = question(request, entities);
                var answer = set.evaluate(question);
                if (answer.allowed()) allowed++;
                if (!answer.errors().isEmpty()) erring++;
                if (!sameAs(request, answer))
                    differences.add(stem + " " + request.string("description") + " " + answer);
                assertThat(set.evaluateLinearly(question)).isEqualTo(answer);
            }
        }
        System.out.println("COUNT corpus tests=" + tests + " requests=" + requests + " allowed=" + allowed + " erring="
                + erring + " differences=" + differences.size());
        assertThat(differences).isEmpty();
        assertThat(tests).isEqualTo(TESTS);
        assertThat(requests).isEqualTo(REQUESTS);
        assertThat(allowed).isBetween(REQUESTS / 4, REQUESTS * 3 / 4);
        assertThat(erring).isGreaterThan(1_000);
    }

    private static Question question(Json.Obj request, Entities entities) {
        return new Question(
                CedarJson.uid(request.object("principal").orElseThrow()),
                CedarJson.uid(request.object("action").orElseThrow()),
                CedarJson.uid(request.object("resource").orElseThrow()),
                CedarJson.record(request.object("context").orElseThrow()),
                entities);
    }

    private static boolean sameAs(Json.Obj request, Answer answer) {
        return request.string("decision").orElseThrow().equals(answer.allowed() ? "allow" : "deny")
                && Set.copyOf(request.strings("reason")).equals(new HashSet<>(answer.determining()))
                && Set.copyOf(request.strings("errors"))
                        .equals(new HashSet<>(answer.errors().stream()
                                .map(PolicyError::policy)
                                .toList()));
    }

    private static String text(Map<String, byte[]> files, String name) {
        return new String(java.util.Objects.requireNonNull(files.get(name), name), StandardCharsets.UTF_8);
    }

    /** Regular files of a tar archive (POSIX ustar) by name. */
    private static Map<String, byte[]> untar(Path archive) throws IOException {
        var files = new TreeMap<String, byte[]>();
        try (var in = new DataInputStream(
                new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), 1 << 16), 1 << 16))) {
            while (true) {
                var header = in.readNBytes(512);
                if (header.length < 512 || header[0] == 0) return files;
                int size = Integer.parseInt(field(header, 124, 12).trim(), 8);
                var content = in.readNBytes(size);
                in.skipNBytes((512 - size % 512) % 512);
                if (header[156] == '0' || header[156] == 0) files.put(field(header, 0, 100), content);
            }
        }
    }

    private static String field(byte[] header, int from, int length) {
        int to = from;
        while (to < from + length && header[to] != 0) to++;
        return new String(header, from, to - from, StandardCharsets.UTF_8);
    }
}
