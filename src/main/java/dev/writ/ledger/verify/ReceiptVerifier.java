package dev.writ.ledger.verify;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Verifies one receipt: form, checkpoint, the proof of every record, its side values, and the story they tell. */
final class ReceiptVerifier {
    private final Optional<Trust> trust;
    private final Report report;
    private @Nullable Checkpoint checkpoint;
    private long last = -1;
    private boolean subjectSeen;

    ReceiptVerifier(Optional<Trust> trust, Report report) {
        this.trust = trust;
        this.report = report;
    }

    void verify(byte[] bytes) {
        Receipt receipt;
        try {
            receipt = Receipt.parse(bytes);
        } catch (IllegalArgumentException | JsonError e) {
            report.failed("not a receipt: " + e.getMessage());
            return;
        }
        report.note("receipt for " + receipt.subject() + " from log " + receipt.origin());
        if (receipt.items().isEmpty()) report.failed("the receipt holds no record");
        var story = new Story(report);
        for (var item : receipt.items()) item(receipt, item, story);
        if (!subjectSeen) report.failed("no record of the receipt is about " + receipt.subject());
        signatures(receipt);
        if (report.passed())
            report.held(receipt.items().size() + " records are in the log; outcomes, approvals and ids agree");
        if (checkpoint != null) WitnessCheck.tell(trust, List.of(checkpoint), checkpoint.size(), report);
    }

    private void item(Receipt receipt, Receipt.Item item, Story story) {
        var leaf = Receipt.leafBytes(item);
        Json.Obj record;
        LogProof proof;
        try {
            record = JsonReader.readObject(leaf);
            proof = LogProof.parse(item.proof());
        } catch (IllegalArgumentException | JsonError e) {
            report.failed("record " + item.index() + ": " + e.getMessage());
            return;
        }
        var who = Story.name(item.index(), record) + " ";
        if (!Arrays.equals(Canonical.bytes(record), leaf)) report.failed(who + "is not in canonical form");
        if (!proof.toString().equals(item.proof())) report.failed(who + "has a proof in another form");
        if (proof.index() != item.index()) report.failed(who + "has a proof for record " + proof.index());
        if (!proof.proves(leaf)) report.failed(who + "is not in the log: its proof does not lead to the root");
        if (item.index() <= last) report.failed(who + "is out of order");
        last = item.index();
        sameCheckpoint(who, proof.checkpoint());
        item.side().forEach((name, opened) -> SideValues.objection(record, name, opened.value(), opened.salt())
                .ifPresent(why -> report.failed(who + why)));
        story.tell(item.index(), record);
        for (var member : new String[] {"id", "decision"})
            subjectSeen |= record.string(member).orElse("").equals(receipt.subject());
    }

    /**
     * Why somebody who trusts some keys does not believe the checkpoint. It may be older than the newest keys, so those of
     * its own time, which the handovers name, count when the newest ones are believed.
     */
    private static Optional<String> objection(Trust trust, Receipt receipt, Checkpoint checkpoint) {
        var before = receipt.handovers().stream()
                .filter(handover -> handover.size() < checkpoint.size())
                .toList();
        var objection = KeyChain.objection(trust, before, checkpoint);
        if (objection.isEmpty() || before.size() == receipt.handovers().size()) return objection;
        var last = receipt.handovers().getLast();
        boolean newest = last.successors().agrees(trust, receipt.origin());
        return newest
                ? new KeyChain(receipt.origin(), receipt.handovers(), Optional.empty()).objection(checkpoint)
                : objection;
    }

    private void sameCheckpoint(String who, Checkpoint of) {
        if (checkpoint == null) checkpoint = of;
        if (!checkpoint.note().toString().equals(of.note().toString()))
            report.failed(who + "is proved under another checkpoint than the first record");
    }

    private void signatures(Receipt receipt) {
        if (checkpoint == null) return;
        if (!checkpoint.origin().equals(receipt.origin()))
            report.failed("the checkpoint is of " + checkpoint.origin() + ", not of " + receipt.origin());
        var own = receipt.trust();
        own.incomplete(receipt.origin()).ifPresent(why -> report.failed("the receipt's own keys: " + why));
        var chain = new KeyChain(receipt.origin(), receipt.handovers(), Optional.of(own));
        chain.objections().forEach(report::failed);
        if (trust.isEmpty() || !own.agrees(trust.get(), receipt.origin()))
            chain.objection(checkpoint)
                    .ifPresent(why -> report.failed("checkpoint against the receipt's own keys: " + why));
        if (trust.isEmpty()) report.note("keys: self-asserted (give --trust FILE, exported earlier)");
        else
            objection(trust.get(), receipt, checkpoint)
                    .ifPresentOrElse(
                            why -> report.failed("checkpoint: " + why),
                            () -> report.held("checkpoint signed by trusted keys"));
    }
}
