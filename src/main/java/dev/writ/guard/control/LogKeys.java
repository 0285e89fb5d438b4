package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerFailure;
import java.util.List;
import java.util.Optional;

/** The keys of a tenant's log: their successors, the change to them, and that old ones are no longer to be believed. */
public final class LogKeys {
    private static final String KIND = "key-rotation";
    private static final String TARGET = "log";

    private final Orders orders;
    private final Ledger ledger;

    LogKeys(Control.Parts parts, Orders orders) {
        this.orders = orders;
        this.ledger = parts.ledger();
    }

    /** Makes the next keys, so that witnesses and auditors can know them before anything is signed by them. */
    public Reply<Json.Obj> prepare(Caller.OfPerson caller) {
        return orders.carry(
                caller,
                Orders.administer("key:prepare", TARGET, Json.Obj.EMPTY),
                () -> planned(() -> {
                    var keys = lines(ledger.nextTrust(caller.tenant()));
                    var record = new Transition(
                            KIND, "prepared", Json.object().put("keys", keys).build());
                    var told = Json.object().put("keys", keys).build();
                    return new Plan.Go<>(record, () -> new Reply.Done<>(told));
                }));
    }

    /** From now on the next keys sign; the old private ones are destroyed. */
    public Reply<Json.Obj> rotate(Caller.OfPerson caller) {
        return orders.carry(
                caller,
                Orders.administer("key:rotate", TARGET, Json.Obj.EMPTY),
                () -> planned(() -> rotation(caller.tenant())));
    }

    private Plan<Json.Obj> rotation(Name tenant) {
        var previous = lines(ledger.trust(tenant));
        var keys = lines(ledger.nextTrust(tenant));
        ledger.beginRotation(tenant);
        var record = new Transition(
                KIND,
                "rotated",
                Json.object().put("keys", keys).put("previous", previous).build());
        return new Plan.Go<>(record, () -> {
            try {
                long size = ledger.rotateKeys(tenant);
                return new Reply.Done<>(Json.object()
                        .put("keys", keys)
                        .put("previous", previous)
                        .put("size", size)
                        .build());
            } catch (LedgerFailure e) {
                return new Reply.Unavailable<>(
                        "the keys are not changed yet, the next start completes it: " + e.getMessage());
            }
        });
    }

    /**
     * Changes the keys and says that the old ones are not to be believed for anything larger.
     *
     * @param from the size beyond which they are not; without it, the last one that they signed here
     */
    public Reply<Json.Obj> compromised(Caller.OfPerson caller, Optional<Long> from) {
        var payload = Json.object();
        if (from.filter(size -> size < 0 || size > ledger.size(caller.tenant())).isPresent())
            return new Reply.Invalid<>("from is a number of records that this log has");
        from.ifPresent(size -> payload.put("from", size));
        return rotate(caller)
                .then(rotated -> orders.carry(
                        caller,
                        Orders.administer("key:compromised", TARGET, payload.build()),
                        () -> planned(() -> compromise(rotated, from))));
    }

    private static Plan<Json.Obj> compromise(Json.Obj rotated, Optional<Long> from) {
        long signed = rotated.integer("size").orElseThrow();
        long size = from.orElse(signed);
        var old = rotated.array("previous").orElseThrow();
        var record = new Transition(
                KIND,
                "compromised",
                Json.object().put("keys", old).put("from", size).build());
        return new Plan.Go<>(record, () -> new Reply.Done<>(rotated.with("from", Json.of(size))));
    }

    private interface Planner {
        Plan<Json.Obj> plan();
    }

    private static Plan<Json.Obj> planned(Planner planner) {
        try {
            return planner.plan();
        } catch (LedgerFailure e) {
            return new Plan.Stay<>(new Reply.Unavailable<>(String.valueOf(e.getMessage())));
        }
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
