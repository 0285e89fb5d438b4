package dev.writ.ledger.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which keys a log had when: from its first ones over every handover to those that it states now. A handover counts only
 * when the keys before it signed it; so whoever trusts any keys of the chain can follow it to the end.
 */
final class KeyChain {
    private final String origin;
    private final List<Handover> handovers;
    private final Optional<Trust> stated;

    KeyChain(String origin, List<Handover> handovers, Optional<Trust> stated) {
        this.origin = origin;
        this.handovers = List.copyOf(handovers);
        this.stated = stated;
    }

    Optional<Trust> stated() {
        return stated;
    }

    List<Handover> handovers() {
        return handovers;
    }

    /** What is wrong with the chain in itself, whomever one trusts. */
    List<String> objections() {
        var found = new ArrayList<String>();
        for (int i = 0; i < handovers.size(); i++) {
            var handover = handovers.get(i);
            var what = "the key rotation of record " + handover.proof().index() + ": ";
            if (!handover.checkpoint().origin().equals(origin)) found.add(what + "is of another log");
            handover.predecessors()
                    .objection(handover.checkpoint())
                    .ifPresent(why -> found.add(what + "not under the old keys: " + why));
            handover.successors().incomplete(origin).ifPresent(why -> found.add(what + "the new keys: " + why));
            if (i == 0) continue;
            var before = handovers.get(i - 1);
            if (!before.successors().agrees(handover.predecessors(), origin))
                found.add(what + "the old keys are not those of the rotation before");
            if (before.size() > handover.size()
                    || before.proof().index() >= handover.proof().index()) found.add(what + "out of order");
        }
        if (!handovers.isEmpty() && stated.isPresent()) {
            var last = handovers.getLast();
            boolean agrees = stated.get().agrees(last.successors(), origin);
            // A crash may leave the statement of the old keys until the next start.
            if (!agrees && !stated.get().agrees(last.predecessors(), origin))
                found.add("the keys stated are not those of the last rotation");
        }
        return found;
    }

    /** Why a checkpoint of any size is not one of this log, by the keys that it had at that size. */
    Optional<String> objection(Checkpoint checkpoint) {
        var objection = Optional.of("no key of this log is known for a size of " + checkpoint.size());
        for (int epoch = 0; epoch <= handovers.size(); epoch++) {
            long from = epoch == 0 ? 0 : handovers.get(epoch - 1).size();
            long to = epoch == handovers.size()
                    ? Long.MAX_VALUE
                    : handovers.get(epoch).size();
            var keys = keys(epoch);
            if (checkpoint.size() < from || checkpoint.size() > to || keys.isEmpty()) continue;
            objection = keys.get().objection(checkpoint);
            if (objection.isEmpty()) return objection;
        }
        return objection;
    }

    private Optional<Trust> keys(int epoch) {
        if (handovers.isEmpty()) return stated;
        return Optional.of(
                epoch == 0
                        ? handovers.getFirst().predecessors()
                        : handovers.get(epoch - 1).successors());
    }

    /** Why somebody who trusts some keys does not believe the head, following every handover that those keys allow. */
    static Optional<String> objection(Trust trust, List<Handover> handovers, Checkpoint head) {
        var believed = trust;
        var before = trust;
        long since = -1;
        for (var handover : handovers) {
            if (believed.objection(handover.checkpoint()).isPresent()) continue;
            before = believed;
            since = handover.size();
            believed = believed.with(handover.successors().keys());
        }
        var objection = believed.objection(head);
        // The last checkpoint of the old keys is as good as the first of the new ones: same size, and it was believed.
        return objection.isPresent() && head.size() == since ? before.objection(head) : objection;
    }
}
