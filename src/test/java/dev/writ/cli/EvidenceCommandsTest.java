package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.ledger.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code writ evidence}: offline against a real ledger, online against the contract. */
class EvidenceCommandsTest {
    private final ContractServer server = new ContractServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private byte[] receiptOfAStory() throws IOException {
        try (var ledger = Sample.open(folder.resolve("data"))) {
            var decision = Sample.story(ledger, Sample.TENANT);
            ledger.checkpoint(Sample.TENANT);
            Files.writeString(folder.resolve("trust.txt"), ledger.trust(Sample.TENANT));
            return ledger.receipt(Sample.TENANT, decision, _ -> true).orElseThrow();
        }
    }

    @Test
    void aReceiptVerifiesWithoutAServerAndAChangedByteDoesNot() throws IOException {
        var receipt = receiptOfAStory();
        Files.write(folder.resolve("receipt.json"), receipt);
        var ran = Shell.in(folder).run("evidence", "verify", "receipt.json", "--trust", "trust.txt");
        assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.out()).endsWith("verified\n").contains("ok    ");
        var json = Shell.in(folder).run("evidence", "verify", "receipt.json", "-o", "json");
        assertThat(JsonReader.readObject(json.out().getBytes(UTF_8)).bool("verified"))
                .contains(true);
        var text = new String(receipt, UTF_8).replace("support-bot", "support-bat");
        Files.writeString(folder.resolve("changed.json"), text);
        var changed = Shell.in(folder).run("evidence", "verify", "changed.json", "--trust", "trust.txt");
        assertThat(changed.exit()).isEqualTo(Exit.NOT_VERIFIED);
        assertThat(changed.out()).contains("FAIL  ").endsWith("NOT VERIFIED\n");
    }

    @Test
    void aDataFolderVerifies() throws IOException {
        receiptOfAStory();
        assertThat(Shell.in(folder).run("evidence", "verify", "data").exit()).isZero();
    }

    @Test
    void whatIsNoEvidenceDoesNotVerify() throws IOException {
        Files.writeString(folder.resolve("junk.json"), "{\"format\":\"\u001b[2J\"}");
        var junk = Shell.in(folder).run("evidence", "verify", "junk.json");
        assertThat(junk.exit()).isEqualTo(Exit.NOT_VERIFIED);
        CliTest.assertHarmless(junk);
        assertThat(Shell.in(folder).run("evidence", "verify", "absent").exit()).isNotZero();
        Files.writeString(folder.resolve("bad-trust"), "nonsense");
        assertThat(Shell.in(folder)
                        .run("evidence", "verify", "junk.json", "--trust", "bad-trust")
                        .exit())
                .isEqualTo(Exit.USAGE);
        assertThat(Shell.in(folder)
                        .run("evidence", "verify", "junk.json", "--since", "nowhere")
                        .exit())
                .isEqualTo(Exit.USAGE);
    }

    @Test
    void documentsAreDeliveredByteForByteAndNeverOverwrite() {
        server.when("GET /evidence/000DEC/receipt", Answer.text(200, "{\"a\":\"\u202e\"}\n"))
                .when("GET /evidence/trust", Answer.text(200, "key\n"))
                .when("POST /evidence/checkpoint", Answer.text(200, "head\n"));
        assertThat(Shell.in(folder, server).run("evidence", "receipt", "000DEC").out())
                .isEqualTo("{\"a\":\"\u202e\"}\n");
        assertThat(Shell.in(folder, server)
                        .run("evidence", "trust", "--out", "t")
                        .exit())
                .isZero();
        assertThat(folder.resolve("t")).hasContent("key");
        assertThat(Shell.in(folder, server)
                        .run("evidence", "trust", "--out", "t")
                        .exit())
                .isEqualTo(Exit.CONFLICT);
        assertThat(Shell.in(folder, server).run("evidence", "checkpoint").out()).isEqualTo("head\n");
        var onTerminal = Shell.in(folder, server).typing("").run("evidence", "receipt", "000DEC", "--disclose");
        CliTest.assertHarmless(onTerminal);
    }

    @Test
    void anExportIsWrittenWholeOrNotAtAll() {
        server.when("GET /evidence/export", Answer.of(200, "application/zip", new byte[] {80, 75, 3, 4}));
        assertThat(Shell.in(folder, server).run("evidence", "export", "all.zip").exit())
                .isZero();
        assertThat(folder.resolve("all.zip")).hasBinaryContent(new byte[] {80, 75, 3, 4});
        assertThat(Shell.in(folder, server).run("evidence", "export", "all.zip").exit())
                .isEqualTo(Exit.CONFLICT);
        server.when("GET /evidence/export", Answer.problem(403, "auditors only", ""));
        assertThat(Shell.in(folder, server).run("evidence", "export", "b.zip").exit())
                .isEqualTo(Exit.DENIED);
        assertThat(folder).isDirectoryNotContaining("glob:**b.zip*");
    }

    @Test
    void whoAuthorisedPrintsTheSentenceFirst() {
        server.when(
                "GET /evidence/000DEC/who-authorised",
                "{\"sentence\":\"Dana permitted it.\",\"person\":\"Dana\\u0007\",\"policies\":[\"a\",\"b\"]}");
        assertThat(Shell.in(folder, server)
                        .run("evidence", "who-authorised", "000DEC")
                        .out())
                .isEqualTo("Dana permitted it.\n\n  person: Dana\\u{7}\n  policies: a, b\n");
    }
}
