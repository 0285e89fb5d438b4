package dev.writ.walks;

import static dev.writ.walks.McpClient.approval;
import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.guard.control.Reply;
import dev.writ.identity.Issue;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceVerifier;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.Trust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
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
    /** Every kind of record. Whoever adds one adds it here and lets {@link #story} write it. */
    private static final Set<String> KINDS = Set.of(
            "intent",
            "outcome",
            "refusal",
            "hold",
            "approval",
            "task",
            "consent",
            "revocation",
            "definition-pin",
            "policy-bundle",
            "enrolment",
            "administration",
            "credential-use",
            "key-rotation");

    private static final Pattern KIND_IN_SOURCE = Pattern.compile(
            "(?:new Transition\\(|transition\\(|common\\(|begun\\(|new RecordWriter\\(|KIND = )\\s*\"([a-z]+(?:-[a-z]+)*)\"");

    private Path log;
    private Path others;
    private Path root;
    private Trust trust;
    private Checkpoint early;
    private List<byte[]> leaves;

    @BeforeAll
    void aLedgerOfEveryKind(@TempDir Path folder) throws Exception {
        var data = folder.resolve("data");
        try (var product = Product.start(data)) {
            early = product.parts().ledger().checkpoint(Product.TENANT);
            story(product, data);
            trust = Trust.parse(product.parts().ledger().trust(Product.TENANT));
            product.parts().ledger().checkpoint(Product.TENANT);
        }
        root = folder.resolve("evidence");
        copy(data.resolve("ledger/acme"), root.resolve("ledger/acme"));
        log = root.resolve("ledger/acme/node-1");
        others = data.resolve("ledger/default/node-1");
        leaves = new LogFolder(log).entries(0, new LogFolder(log).checkpoint().size());
        assertThat(leaves).hasSizeBetween(20, 255);
        assertThat(verify()).endsWith("verified\n").doesNotContain("NOT VERIFIED");
    }

    /** What people and agents do, so that every kind of record is written. */
    private static void story(Product product, Path data) throws Exception {
        var control = product.parts().control();
        var owner = product.caller(product.owner);
        var http = new Api(product);
        var connected = ConnectedStage.behind(product);
        assertThat(connected.connect(product.erin, "erin").status()).isEqualTo(200);
        connected.away();
        http.call("POST", "/people", resource("Person", "zoe@acme.example", "{'displayName':'Zoe'}"));
        http.call("PUT", "/secrets/spare", "{'value':'xyzzy-secret'}");
        var digest = product.registry()
                .snapshot(Product.TENANT)
                .tool(Product.SHOP, new dev.writ.registry.ToolName("list_orders"))
                .orElseThrow()
                .listed()
                .orElseThrow()
                .digest();
        http.call(
                "POST",
                "/servers/shop/approve",
                "{'tools':{'list_orders':{'categories':['read'],'data':[],'digest':'" + digest + "'}}}");
        var policies = Files.createDirectories(data.resolve("policies/acme"));
        Files.writeString(policies.resolve("guardrails.cedar"), dev.writ.policy.publish.Shipped.guardrails());
        Files.writeString(policies.resolve("test.cedar"), Product.DEMO_POLICY + """
                @id("no-mail-to-evil")
                forbid (principal, action == Writ::Action::"call:shop/send_email", resource)
                when { context.input.to like "*@evil.example" };
                """);
        http.call("POST", "/policies/publish", "");
        var opened = http.call(
                "POST",
                "/tasks",
                "{'apiVersion':'writ.dev/v1','kind':'Task','spec':{'agent':'support-bot','person':'erin@acme.example',"
                        + "'purpose':'support case','scope':{'servers':['shop'],'categories':['read']},'calls':9,'for':'1h'}}");
        var task = opened.object("metadata").orElseThrow().string("name").orElseThrow();
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", "{\"order\":\"1001\"}")))
                    .isFalse();
            client.call("send_email", "{\"to\":\"x@evil.example\",\"subject\":\"s\",\"body\":\"b\"}");
            var arguments = "{\"order\":\"1001\",\"amount\":900.00,\"currency\":\"EUR\",\"reason\":\"late\"}";
            var held = client.call("create_refund", arguments);
            assertThat(text(held)).contains("PENDING");
            product.approveAs(product.dana, approval(held));
            client.call("create_refund", arguments);
        }
        assertThat(control.tasks().revoke(owner, task, "done with it")).isInstanceOf(Reply.Done.class);
        assertThat(control.logKeys().compromised(owner, Optional.empty())).isInstanceOf(Reply.Done.class);
    }

    private static String resource(String kind, String name, String spec) {
        return "{'apiVersion':'writ.dev/v1','kind':'" + kind + "','metadata':{'name':'" + name + "'},'spec':" + spec
                + "}";
    }

    /** The control plane as Olga reaches it. */
    private record Api(Product product) {
        Json.Obj call(String method, String path, String body) throws IOException, InterruptedException {
            var issued = product.parts()
                    .identity()
                    .issueForPerson(Product.TENANT, product.parts().ids().next("key"), product.owner);
            if (!(issued instanceof Issue.Issued(var _, var key))) throw new AssertionError(issued);
            var request = HttpRequest.newBuilder(URI.create(product.wiring.url() + "/api/v1" + path))
                    .header("authorization", "Bearer " + key.reveal())
                    .header("content-type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                    .build();
            var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode() / 100)
                    .as(path + ": " + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(2);
            return answer.body().length == 0 ? Json.Obj.EMPTY : JsonReader.readObject(answer.body());
        }
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
        return EvidenceVerifier.verify(root, Optional.of(trust), Optional.empty())
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

    @Test
    void everyKindInTheSourceIsKnownHereAndWrittenByTheProduct() throws IOException {
        var inSource = new TreeSet<String>();
        for (var part : List.of("guard", "authority", "ledger"))
            try (var files = Files.walk(Path.of("src/main/java/dev/writ", part))) {
                for (var file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    var matcher = KIND_IN_SOURCE.matcher(Files.readString(file));
                    while (matcher.find()) inSource.add(matcher.group(1));
                }
            }
        var written = new TreeSet<String>();
        for (int i = 0; i < leaves.size(); i++)
            written.add(record(i).string("kind").orElseThrow());
        assertThat(inSource).isEqualTo(new TreeSet<>(KINDS));
        assertThat(written).isEqualTo(new TreeSet<>(KINDS));
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
        var first = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < leaves.size(); i++) {
            var record = record(i);
            // The fullest one of its kind: an intent that cites an approval, say.
            var kind = record.string("kind").orElseThrow();
            var known = first.get(kind);
            if (known == null || leaves.get(known).length < leaves.get(i).length) first.put(kind, i);
        }
        everyMutantIsNamed(List.copyOf(first.values()), false);
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
        var whole = Files.readAllBytes(bundle());
        for (int i = 0; i < whole.length; i++) {
            var changed = whole.clone();
            changed[i] ^= (byte) (1 << (i % 8));
            Files.write(bundle(), changed);
            assertThat(verify()).as("byte " + i).contains("NOT VERIFIED");
        }
        Files.write(bundle(), whole);
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
