package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.ledger.CheckpointSigner;
import dev.writ.ledger.Sample;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** tlog-policy read strictly, and what cosignatures are worth to somebody who knows witnesses. */
class TrustPolicyTest extends SmallLog {
    private CheckpointSigner one;
    private CheckpointSigner two;
    private CheckpointSigner foreign;
    private Checkpoint head;

    @BeforeEach
    void witnesses() {
        one = signer("w1");
        two = signer("w2");
        foreign = signer("w3");
        head = new LogFolder(log).checkpoint();
    }

    private CheckpointSigner signer(String name) {
        return CheckpointSigner.ofWitness("witness.example/" + name, folder.resolve(name), Sample.RANDOM, true);
    }

    private String logs() {
        return trust.keys().stream().map(key -> "log " + key + "\n").reduce("", String::concat);
    }

    /** Both witnesses with both their keys; {@code quorum} is what comes after the groups. */
    private String policy(String rest) {
        var lines = new StringBuilder("# who we trust\n\n").append(logs());
        for (var signer : List.of(one, two)) {
            var name = signer == one ? "w1" : "w2";
            lines.append("witness ")
                    .append(name)
                    .append("-ed ")
                    .append(signer.keys().getFirst())
                    .append('\n');
            lines.append(" \twitness\t")
                    .append(name)
                    .append("-ml ")
                    .append(signer.keys().getLast());
            lines.append(" https://w.example/ \n");
            lines.append("group %s all %s-ed %s-ml\n".formatted(name, name, name));
        }
        return lines.append(rest).toString();
    }

    private Report verified(Checkpoint cosigned, String policy) throws Exception {
        Files.write(log.resolve("checkpoint"), cosigned.bytes());
        var others = data.resolve("ledger/globex");
        if (Files.exists(others)) Files.move(others, folder.resolve("globex"));
        return EvidenceVerifier.verify(data, Optional.of(Trust.parse(policy)), Optional.empty());
    }

    private Checkpoint cosigned(CheckpointSigner... signers) {
        var checkpoint = head;
        for (var signer : signers) checkpoint = checkpoint.with(signer.sign(head, 1_700_000_000));
        return checkpoint;
    }

    private static final String BOTH = "group q all w1 w2\nquorum q\n";

    @Test
    void aQuorumIsMetByThoseWhoCosignedAndTheReportSaysHowFar() throws Exception {
        assertThat(verified(cosigned(one, two), policy(BOTH)).text())
                .contains("ok    witnessed: 6 records, cosigned by w1-ed, w1-ml, w2-ed, w2-ml")
                .doesNotContain("UNWITNESSED")
                .endsWith("verified\n");
        assertThat(verified(cosigned(one), policy("group q any w1 w2\nquorum q\n"))
                        .passed())
                .isTrue();
        assertThat(verified(cosigned(one), policy("quorum none\n")).text()).contains("witnessed: 6");
    }

    @Test
    void withoutTheQuorumNothingIsVerified() throws Exception {
        for (var checkpoint : List.of(head, cosigned(one), cosigned(two, foreign)))
            assertThat(verified(checkpoint, policy(BOTH)).text())
                    .contains("FAIL  no checkpoint is cosigned as the quorum of the trust file asks")
                    .contains("UNWITNESSED from 0")
                    .endsWith("NOT VERIFIED\n");
    }

    @Test
    void aForeignCosignatureIsIgnoredAndADoubledOneCountsOnce() throws Exception {
        assertThat(verified(cosigned(one, two, foreign), policy(BOTH)).passed()).isTrue();
        var lines = new ArrayList<>(cosigned(one, two).note().signatures());
        lines.addAll(one.sign(head, 1_700_000_001));
        var doubled = new Checkpoint(
                head.origin(), head.size(), head.root(), new Note(head.note().text(), lines));
        assertThat(verified(doubled, policy(BOTH)).passed()).isTrue();
        var once = new ArrayList<>(cosigned(one).note().signatures());
        once.addAll(one.sign(head, 1_700_000_001));
        var onlyOne = new Checkpoint(
                head.origin(), head.size(), head.root(), new Note(head.note().text(), once));
        assertThat(verified(onlyOne, policy("group q 2 w1 w2\nquorum q\n")).passed())
                .as("one witness twice is not two witnesses")
                .isFalse();
    }

    @Test
    void aWrongCosignatureOfAKnownWitnessSpoilsTheWholeNote() throws Exception {
        for (int which = 0; which < 4; which++) {
            var lines = new ArrayList<>(cosigned(one, two).note().signatures());
            int at = head.note().signatures().size() + which;
            var line = lines.get(at);
            var bytes = line.signature();
            bytes[bytes.length - 1] ^= 1;
            lines.set(at, new Note.Line(line.name(), line.keyId(), bytes));
            var wrong = new Checkpoint(
                    head.origin(),
                    head.size(),
                    head.root(),
                    new Note(head.note().text(), lines));
            assertThat(verified(wrong, policy("group q any w1 w2\nquorum q\n")).text())
                    .contains("of witness", "does not verify", "NOT VERIFIED");
        }
    }

    @Test
    void aCosignatureWithoutItsTimeOrOfAnotherTimeIsNone() throws Exception {
        assertThat(verified(head.with(one.sign(head, 0)).with(two.sign(head, 5)), policy(BOTH))
                        .passed())
                .isFalse();
        var lines = new ArrayList<>(cosigned(one, two).note().signatures());
        int last = lines.size() - 1;
        var bytes = lines.get(last).signature();
        bytes[7] ^= 1;
        lines.set(last, new Note.Line(lines.get(last).name(), lines.get(last).keyId(), bytes));
        var changed = new Checkpoint(
                head.origin(), head.size(), head.root(), new Note(head.note().text(), lines));
        assertThat(verified(changed, policy(BOTH)).passed()).isFalse();
    }

    @Test
    void cosignaturesOfAnotherCheckpointAreNone() throws Exception {
        var earlier = Checkpoint.parse(early);
        var replayed = head.with(one.sign(earlier, 1_700_000_000)).with(two.sign(earlier, 1_700_000_000));
        assertThat(verified(replayed, policy(BOTH)).passed()).isFalse();
    }

    @Test
    void everyChangedByteOfCosignaturesIsFoundWhereAllAreAskedFor() throws Exception {
        var bytes = cosigned(one, two).bytes();
        var policy = policy(BOTH);
        verified(cosigned(one, two), policy);
        for (int i = 0; i < bytes.length; i += 53) {
            var changed = bytes.clone();
            changed[i] ^= (byte) (1 << (i % 8));
            Files.write(log.resolve("checkpoint"), changed);
            assertThat(EvidenceVerifier.verify(data, Optional.of(Trust.parse(policy)), Optional.empty())
                            .passed())
                    .as("byte " + i)
                    .isFalse();
        }
    }

    @Test
    void theSecondVerifierAgreesAboutCosignatures() throws Exception {
        var vkeys = Files.writeString(folder.resolve("vkeys"), trust.text());
        var known = Files.writeString(
                folder.resolve("witnesses"),
                one.keys().getFirst() + "\n" + two.keys().getFirst() + "\n");
        Files.write(log.resolve("checkpoint"), cosigned(one, foreign).bytes());
        assertThat(NodeOracle.run("log", log, vkeys, known).lines().toString())
                .contains("\"witnessed\":{\"size\":6,\"by\":[\"witness.example/w1\"]}");
        var lines = new ArrayList<>(cosigned(one).note().signatures());
        var line = lines.get(2);
        var bytes = line.signature();
        bytes[20] ^= 1;
        lines.set(2, new Note.Line(line.name(), line.keyId(), bytes));
        Files.write(
                log.resolve("checkpoint"),
                new Checkpoint(
                                head.origin(),
                                head.size(),
                                head.root(),
                                new Note(head.note().text(), lines))
                        .bytes());
        assertThat(NodeOracle.run("log", log, vkeys, known).lines().toString())
                .contains("cosignature: witness.example/w1");
    }

    @Test
    void theSpecificationsExampleOfTwoLevelsIsUnderstood() {
        var quorum = new Quorum.Group(
                2,
                List.of(
                        new Quorum.Group(
                                2,
                                List.of(new Quorum.Witness("x1"), new Quorum.Witness("x2"), new Quorum.Witness("x3"))),
                        new Quorum.Group(1, List.of(new Quorum.Witness("y1"), new Quorum.Witness("y2")))));
        assertThat(quorum.met(Set.of("x1", "x3", "y2"))).isTrue();
        assertThat(quorum.met(Set.of("x1", "x2", "x3"))).isFalse();
        assertThat(quorum.met(Set.of("x1", "y1", "y2"))).isFalse();
    }

    @Test
    void whatIsNotAPolicyIsRefusedWithItsLine() {
        var good = policy(BOTH);
        assertThat(Trust.parse(good).witnesses().keys()).hasSize(4);
        for (var bad : List.of(
                policy(""),
                policy(BOTH + "quorum w1\n"),
                policy("quorum nobody\n"),
                policy("group q 3 w1 w2\nquorum q\n"),
                policy("group q 0 w1 w2\nquorum q\n"),
                policy("group q some w1 w2\nquorum q\n"),
                policy("group q all\nquorum q\n"),
                policy("group q any w1-ed\nquorum q\n"),
                policy("group w1 any w2\nquorum w1\n"),
                policy("group none any w2\nquorum none\n"),
                policy("group q any q\nquorum q\n"),
                policy("group q any none\nquorum q\n"),
                policy("witness w9 " + one.keys().getFirst() + "\n" + BOTH),
                policy("witness w9 " + trust.keys().getFirst() + "\n" + BOTH),
                policy(logs() + BOTH),
                policy("log nonsense\n" + BOTH),
                policy("mirror x\n" + BOTH),
                policy(BOTH + "\u0001\n"),
                good.substring(0, good.length() - 1)))
            assertThatThrownBy(() -> Trust.parse(bad)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Trust.parse(policy("quorum nobody\n"))).hasMessageStartingWith("line ");
        assertThat(new String(head.bytes(), UTF_8)).contains("\u2014 ");
    }
}
