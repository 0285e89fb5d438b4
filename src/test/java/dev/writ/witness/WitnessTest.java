package dev.writ.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Digest;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.Sample;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Note;
import dev.writ.ledger.verify.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** tlog-witness, sentence by sentence, against a real witness over HTTP. */
class WitnessTest extends WitnessFixture {
    @Test
    void aKnownLogIsCosignedWithBothKeysAndTheTime() {
        var submission = submission(ledger, 0);
        var answer = post(submission);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().lines()).hasSize(2).allMatch(line -> line.startsWith("\u2014 " + NAME + " "));
        var cosigned = cosigned(submission.checkpoint(), answer.body());
        assertThat(witness.keys())
                .extracting(VerifierKey::type)
                .containsExactly(VerifierKey.Type.ED25519_COSIGNATURE, VerifierKey.Type.ML_DSA_44);
        for (var key : witness.keys())
            assertThat(cosigned.cosignedBy(key)).as(key.toString()).isTrue();
    }

    @Test
    void aLogThatGrewIsCosignedWithAProofAndTheSameSizeAgainWithout() {
        post(submission(ledger, 0));
        grow(ledger, 300);
        assertThat(post(submission(ledger, 5)).statusCode()).isEqualTo(200);
        assertThat(post(submission(ledger, 305)).statusCode())
                .as("the same again, as after an answer that was lost")
                .isEqualTo(200);
    }

    @Test
    void monitorsReadTheLatestCheckpointWithTheLogsSignaturesAndOurs() {
        var path = "/" + Memory.name(ledger.current(Sample.TENANT).origin()) + "/checkpoint";
        assertThat(get(path).statusCode()).isEqualTo(404);
        post(submission(ledger, 0));
        var kept = Checkpoint.parse(get(path).body().getBytes(UTF_8));
        assertThat(kept.size()).isEqualTo(5);
        assertThat(kept.note().signatures()).hasSize(4);
        for (var key : witness.keys()) assertThat(kept.cosignedBy(key)).isTrue();
        for (var bad : List.of("/..%2flock/checkpoint", "/lock/checkpoint", "/" + "0".repeat(64) + "/checkpoint"))
            assertThat(get(bad).statusCode()).as(bad).isIn(400, 404);
    }

    @Test
    void anUnknownLogIs404() throws Exception {
        know("");
        assertThat(post(
                                closing(WitnessServer.start(
                                        new WitnessServer.Setup(
                                                folder.resolve("other"),
                                                NAME,
                                                folder.resolve("logs.txt"),
                                                "127.0.0.1",
                                                0,
                                                java.util.Set.of()),
                                        Sample.CLOCK,
                                        Sample.RANDOM)),
                                submission(ledger, 0).bytes())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aCheckpointWithoutAKnownSignatureOrWithABadOneIs403() throws Exception {
        var good = submission(ledger, 0);
        var head = good.checkpoint();
        var foreign = new Note.Line("somebody.example/else", 7, new byte[64]);
        var none = new Note(head.note().text(), List.of(foreign));
        assertThat(post("old 0\n\n" + none).statusCode()).isEqualTo(403);
        var lines = new ArrayList<>(head.note().signatures());
        var first = lines.getFirst();
        var bad = first.signature();
        bad[5] ^= 1;
        lines.set(0, new Note.Line(first.name(), first.keyId(), bad));
        assertThat(post("old 0\n\n" + new Note(head.note().text(), lines)).statusCode())
                .as("one of two known signatures is bad: the note is malformed")
                .isEqualTo(403);
        lines.set(0, foreign);
        assertThat(post("old 0\n\n" + new Note(head.note().text(), lines)).statusCode())
                .as("an unknown signature is ignored")
                .isEqualTo(200);
    }

    /** tlog-cosignature, "Ed25519 signed message": the log may include them, and then the cosigned message must. */
    @Test
    void extensionLinesOfAnotherLogAreCosignedWordForWord() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var key = VerifierKey.of("other.example/log", VerifierKey.Type.ED25519, pair.getPublic());
        know(key + "\n");
        witness.close();
        witness = witness(_ -> {});
        var plain = Checkpoint.text("other.example/log", 0, Digest.of());
        for (var extension : List.of("one line\n", "time 1\nmore: ü \n", "x\n".repeat(64))) {
            var note = signed(plain + extension, key, pair.getPrivate());
            var answer = post("old 0\n\n" + note);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            var cosigned = Checkpoint.parseExtended((note + answer.body()).getBytes(UTF_8));
            for (var ours : witness.keys())
                assertThat(cosigned.cosignedBy(ours)).isTrue();
            var other = Checkpoint.parseExtended(
                    (note + answer.body()).replace(extension, "forged\n").getBytes(UTF_8));
            assertThat(other.cosignedBy(witness.keys().getFirst()))
                    .as("Ed25519 signs them")
                    .isFalse();
            var kept =
                    get("/" + Memory.name("other.example/log") + "/checkpoint").body();
            assertThat(kept).startsWith(plain + extension + "\n");
        }
        for (var bad : List.of("\n", "a\n\nb\n", "x\n".repeat(65), "tab\there\n"))
            assertThat(post("old 0\n\n" + signed(plain + bad, key, pair.getPrivate()))
                            .statusCode())
                    .as(bad)
                    .isEqualTo(400);
        assertThatThrownBy(() -> Checkpoint.parse(signed(plain + "one line\n", key, pair.getPrivate())
                        .toString()
                        .getBytes(UTF_8)))
                .as("in a log of ours")
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Note signed(String text, VerifierKey key, PrivateKey with) throws Exception {
        var signature = Signature.getInstance("Ed25519");
        signature.initSign(with);
        signature.update(text.getBytes(UTF_8));
        return new Note(text, List.of(new Note.Line(key.name(), key.id(), signature.sign())));
    }

    @Test
    void whatIsNotASubmissionIs400() {
        var whole = new String(submission(ledger, 0).bytes(), UTF_8);
        var note = whole.substring(whole.indexOf("\n\n") + 2);
        var hash = "A".repeat(43) + "=";
        for (var bad : List.of(
                "",
                "old 0",
                "old 0\n",
                "old 0\n\n",
                "old 00\n\n" + note,
                "old -1\n\n" + note,
                "old +0\n\n" + note,
                "old 0 \n\n" + note,
                "Old 0\n\n" + note,
                "old  0\n\n" + note,
                "old 0\r\n\r\n" + note,
                "old 99999999999999999999\n\n" + note,
                "old 6\n\n" + note,
                "old 0\nnonsense\n\n" + note,
                "old 0\n" + hash.replace("=", "A") + "\n\n" + note,
                "old 0\n" + "A".repeat(42) + "B=\n\n" + note,
                "old 1\n" + (hash + "\n").repeat(64) + "\n" + note,
                "old 0\n\n" + note.replaceFirst("\n5\n", "\n05\n"),
                "old 0\n\n" + note.replaceFirst("\n5\n", "\n5\nextension\n"),
                "old 0\n\n" + note.substring(0, note.length() - 1),
                "old 0\n\n" + note + "\u2014 x " + "!".repeat(8) + "\n"))
            assertThat(post(bad).statusCode())
                    .as(bad.substring(0, Math.min(60, bad.length())))
                    .isEqualTo(400);
        assertThat(post(whole).statusCode()).as("as it is").isEqualTo(200);
    }

    @Test
    void anotherOldSizeIs409WithOurSizeInItsOwnType() {
        assertThat(post(submission(ledger, 3)).body()).isEqualTo("0\n");
        post(submission(ledger, 0));
        grow(ledger, 4);
        for (long old : new long[] {0, 4, 6, 9}) {
            var answer = post(submission(ledger, old));
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.headers().firstValue("content-type")).contains("text/x.tlog.size");
            assertThat(answer.body()).isEqualTo("5\n");
        }
    }

    @Test
    void aProofThatDoesNotVerifyIs422() {
        var first = submission(ledger, 0);
        assertThat(post(new Submission(0, List.of(new byte[32]), first.checkpoint()))
                        .statusCode())
                .as("nothing proves what needs no proof")
                .isEqualTo(422);
        post(first);
        assertThat(post(new Submission(5, List.of(new byte[32]), first.checkpoint()))
                        .statusCode())
                .isEqualTo(422);
        grow(ledger, 4);
        var good = submission(ledger, 5);
        for (int i = 0; i < good.proof().size(); i++) {
            var proof = new ArrayList<>(good.proof());
            proof.set(i, new byte[32]);
            assertThat(post(new Submission(5, proof, good.checkpoint())).statusCode())
                    .isEqualTo(422);
            proof.remove(i);
            assertThat(post(new Submission(5, proof, good.checkpoint())).statusCode())
                    .isEqualTo(422);
        }
        assertThat(post(good).statusCode()).isEqualTo(200);
    }

    /** The same log as an insider with its keys would go on elsewhere. */
    private Ledger fork() throws IOException {
        copy(folder.resolve("data"), folder.resolve("fork"));
        return opened(folder.resolve("fork"));
    }

    @Test
    void aForkIsNeverCosignedAndARollbackIsToldTheSize() throws Exception {
        post(submission(ledger, 0));
        ledger.close();
        copy(folder.resolve("data"), folder.resolve("old"));
        var fork = fork();
        var real = opened(folder.resolve("data"));
        grow(real, 3);
        grow(fork, 3);
        assertThat(post(submission(real, 5)).statusCode()).isEqualTo(200);
        assertThat(post(submission(fork, 8)).statusCode())
                .as("same size, other root")
                .isEqualTo(422);
        grow(fork, 5);
        assertThat(post(submission(fork, 8)).statusCode())
                .as("larger, other history")
                .isEqualTo(422);
        var old = opened(folder.resolve("old"));
        var rolledBack = post(submission(old, 5));
        assertThat(rolledBack.statusCode()).isEqualTo(409);
        assertThat(rolledBack.body()).isEqualTo("8\n");
    }

    @Test
    void ofTwoHistoriesSubmittedAtOnceOneIsSigned() throws Exception {
        post(submission(ledger, 0));
        ledger.close();
        var fork = fork();
        var real = opened(folder.resolve("data"));
        grow(real, 3);
        grow(fork, 3);
        var bodies = List.of(submission(real, 5).bytes(), submission(fork, 5).bytes());
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 40; i++) {
                int which = i % 2;
                tries.add(() -> post(witness, bodies.get(which)).statusCode() == 200 ? which : -1);
            }
            var signed = new HashSet<Integer>();
            for (var done : pool.invokeAll(tries)) signed.add(done.get());
            signed.remove(-1);
            assertThat(signed).hasSize(1);
        }
    }

    @Test
    void whereverAWitnessDiesItNeverSignsTwoHistories() throws Exception {
        post(submission(ledger, 0));
        ledger.close();
        var fork = fork();
        var real = opened(folder.resolve("data"));
        grow(real, 3);
        grow(fork, 3);
        witness.close();
        copy(folder.resolve("witness"), folder.resolve("witness.before"));
        for (int n = 1; n <= 5; n++) {
            move("witness", "witness.done" + n);
            copy(folder.resolve("witness.before"), folder.resolve("witness"));
            int dies = n;
            var steps = new AtomicInteger();
            var dying = witness(_ -> {
                if (steps.incrementAndGet() >= dies) throw new IOException("dead");
            });
            assertThat(post(dying, submission(real, 5).bytes()).statusCode()).isEqualTo(503);
            dying.close();
            var next = witness(_ -> {});
            var other = post(next, submission(fork, 5).bytes());
            var first = post(next, submission(real, 5).bytes());
            var again = post(next, submission(real, 8).bytes());
            boolean realSigned = first.statusCode() == 200 || again.statusCode() == 200;
            assertThat(other.statusCode() == 200).as("died at step " + n).isNotEqualTo(realSigned);
            next.close();
        }
    }

    private void move(String from, String to) throws IOException {
        Files.move(folder.resolve(from), folder.resolve(to));
    }

    @Test
    void aDamagedMemoryStopsTheSigningOfThatLogAndTellsNobodyElse() throws Exception {
        post(submission(ledger, 0));
        var file = folder.resolve("witness/logs")
                .resolve(Memory.name(ledger.current(Sample.TENANT).origin()));
        var bytes = Files.readAllBytes(file);
        for (var damaged : List.of(new byte[0], java.util.Arrays.copyOf(bytes, bytes.length / 2))) {
            Files.write(file, damaged);
            assertThat(post(submission(ledger, 0)).statusCode()).isEqualTo(503);
            assertThat(post(submission(ledger, 5)).statusCode()).isEqualTo(503);
        }
        Files.write(file, bytes);
        assertThat(post(submission(ledger, 5)).statusCode()).isEqualTo(200);
    }

    @Test
    void aWitnessThatLostItsKeysDoesNotMakeNewOnes() throws Exception {
        witness.close();
        Files.delete(folder.resolve("witness/keys/ed25519.key"));
        assertThatThrownBy(() -> witness(_ -> {})).hasMessageContaining("missing");
    }

    @Test
    void twoWitnessesCannotShareAMemory() {
        assertThatThrownBy(() -> witness(_ -> {}))
                .isInstanceOfSatisfying(
                        WitnessFailure.class, e -> assertThat(e.code()).isEqualTo(WitnessFailure.Code.FOLDER));
    }

    @Test
    void oneWitnessServesManyLogsApart() throws Exception {
        ledger.append(Sample.OTHER, Sample.note("x"), java.util.Map.of());
        know(ledger.trust(Sample.TENANT) + ledger.trust(Sample.OTHER));
        witness.close();
        witness = witness(_ -> {});
        assertThat(witness.logsKnown()).isEqualTo(2);
        assertThat(post(submission(ledger, 0)).statusCode()).isEqualTo(200);
        var other = ledger.checkpoint(Sample.OTHER);
        assertThat(post(new Submission(0, List.of(), other)).statusCode()).isEqualTo(200);
        var head = ledger.checkpoint(Sample.TENANT);
        var spliced = new Note(
                Checkpoint.text(head.origin(), other.size(), other.root()),
                other.note().signatures());
        assertThat(post("old 5\n\n" + spliced).statusCode())
                .as("another log's head under this log's name")
                .isEqualTo(403);
    }

    @Test
    void anEmptyTreeHasOneRoot() throws Exception {
        var empty = opened(folder.resolve("empty"));
        know(empty.trust(Sample.TENANT));
        witness.close();
        witness = witness(_ -> {});
        var head = empty.checkpoint(Sample.TENANT);
        assertThat(head.root()).isEqualTo(Digest.of());
        assertThat(post(new Submission(0, List.of(), head)).statusCode()).isEqualTo(200);
    }

    @Test
    void noMutationOfASubmissionIsSignedOrBreaksTheWitness() {
        post(submission(ledger, 0));
        grow(ledger, 9);
        post(submission(ledger, 5));
        // The same size again is signed again, so that every round meets the same witness.
        var head = submission(ledger, 14);
        var good = head.bytes();
        assertThat(post(witness, good).statusCode()).isEqualTo(200);
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            var body = good.clone();
            int edits = 1 + random.nextInt(3);
            for (int e = 0; e < edits; e++) body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            if (i % 5 == 0) body = java.util.Arrays.copyOf(body, 130 + random.nextInt(body.length - 130));
            if (i % 3 == 0) body[random.nextInt(120)] ^= (byte) (1 << random.nextInt(8));
            if (java.util.Arrays.equals(body, good)) continue;
            var answer = post(witness, body);
            if (answer.statusCode() == 200) {
                // A changed name or id of one signature makes it an unknown one; the other still vouches for the log.
                assertThat(new String(body, UTF_8))
                        .startsWith("old 14\n\n" + head.checkpoint().note().text());
                continue;
            }
            refused++;
            assertThat(answer.statusCode()).as(answer.body()).isIn(400, 403, 404, 409, 422);
        }
        assertThat(refused).isGreaterThan(300);
    }
}
