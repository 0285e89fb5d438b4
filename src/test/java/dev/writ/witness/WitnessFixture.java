package dev.writ.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Name;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.Sample;
import dev.writ.ledger.verify.Checkpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real witness on a free port, logs that it knows, and a client that sends whatever a test wants. */
class WitnessFixture {
    static final String NAME = "witness.example/w1";

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<AutoCloseable> open = new ArrayList<>();
    Ledger ledger;
    WitnessServer witness;

    @BeforeEach
    void aWitnessThatKnowsOneLog() throws Exception {
        ledger = opened(folder.resolve("data"));
        grow(ledger, 5);
        know(ledger.trust(Sample.TENANT));
        witness = witness(_ -> {});
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open.reversed()) each.close();
    }

    <T extends AutoCloseable> T closing(T opened) {
        open.add(opened);
        return opened;
    }

    void know(String logs) throws IOException {
        Files.writeString(folder.resolve("logs.txt"), logs);
    }

    Ledger opened(Path data) {
        return closing(Sample.open(data));
    }

    WitnessServer witness(Memory.Steps steps) {
        return closing(WitnessServer.start(setup(), Sample.CLOCK, Sample.RANDOM, steps));
    }

    WitnessServer.Setup setup() {
        return new WitnessServer.Setup(
                folder.resolve("witness"), NAME, folder.resolve("logs.txt"), "127.0.0.1", 0, Set.of());
    }

    static void grow(Ledger ledger, int records) {
        grow(ledger, Sample.TENANT, records);
    }

    static void grow(Ledger ledger, Name tenant, int records) {
        for (int i = 0; i < records; i++) ledger.append(tenant, Sample.note("n" + i), Map.of());
    }

    static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
    }

    Submission submission(Ledger of, long old) {
        var head = of.checkpoint(Sample.TENANT);
        return new Submission(old, of.consistency(Sample.TENANT, old, head), head);
    }

    HttpResponse<String> post(WitnessServer to, byte[] body) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + "/add-checkpoint"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    HttpResponse<String> post(Submission submission) {
        return post(witness, submission.bytes());
    }

    HttpResponse<String> post(String body) {
        return post(witness, body.getBytes(UTF_8));
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + witness.port() + path))
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static Checkpoint cosigned(Checkpoint checkpoint, String lines) {
        return Checkpoint.parse((checkpoint.note() + lines).getBytes(UTF_8));
    }
}
