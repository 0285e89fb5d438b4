package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.ledger.Draft;
import dev.writ.ledger.Entry;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.Reserve;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Puts drafts into the ledger. No evidence, no action: when this says no, nothing may happen. */
final class Recorder {
    private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

    private final Ledger ledger;
    private final Journal journal;
    private final Reserve reserve;

    Recorder(Ledger ledger, Journal journal, Reserve reserve) {
        this.ledger = ledger;
        this.journal = journal;
        this.reserve = reserve;
    }

    /** An intent that a crash left without an outcome is closed as indeterminate, never dropped. */
    void closeOpenIntents(Evidence evidence, Instant now) {
        for (var tenant : ledger.tenants())
            for (var open : ledger.openIntents(tenant))
                begin(
                        tenant,
                        evidence.indeterminate(tenant, open.id(), open.record().string("decision"), now));
    }

    /** Runs what records a change and makes it, so that the database's position waits for both. */
    <T> T changing(Name tenant, Supplier<T> work) {
        return journal.changing(tenant, work);
    }

    /** Whether the record is on disk. */
    boolean durable(Name tenant, Evidence.Told told) {
        try {
            ledger.append(tenant, told.record(), told.side());
            return true;
        } catch (LedgerFailure e) {
            return false;
        }
    }

    /** Whether the record is on disk. */
    boolean durable(Draft draft) {
        try {
            ledger.append(draft);
            return true;
        } catch (LedgerFailure e) {
            return false;
        }
    }

    /** Has it told on {@code on}, in one turn for each commit, whether the record is on disk. */
    void durable(Draft draft, Executor on, Consumer<Boolean> then) {
        try {
            ledger.begin(draft, on, then);
        } catch (LedgerFailure e) {
            on.execute(() -> then.accept(false));
        }
    }

    /** The record by which an approval was given last; empty when the ledger does not show it. */
    Optional<Id> given(Name tenant, Id approval) {
        return ledger.about(tenant, approval).stream()
                .filter(entry -> entry.kind().equals("approval"))
                .filter(entry -> entry.record().string("event").equals(Optional.of("approved")))
                .map(Entry::id)
                .reduce((_, later) -> later);
    }

    /**
     * As {@link #begin} for a change that has taken authority away already: when the ledger cannot take the record, the
     * reserve does.
     */
    void beginOrKeep(Name tenant, Evidence.Told draft) {
        try {
            var _ = ledger.begin(tenant, draft.record(), draft.side()).whenComplete((_, failed) -> {
                if (failed != null) keep(draft);
            });
        } catch (LedgerFailure e) {
            keep(draft);
        }
    }

    private void keep(Evidence.Told draft) {
        if (!reserve.keep(draft.record()))
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a revocation is in force and could be written nowhere, not even to the reserve: "
                            + draft.record().text());
    }

    /** Starts to write a record that nothing waits for; an outcome rides the next commit. */
    void begin(Name tenant, Evidence.Told told) {
        try {
            ledger.ride(tenant, told.record(), told.side());
        } catch (LedgerFailure e) {
            // The intent stays open and is closed as indeterminate at the next start.
        }
    }

    /** As the other one. */
    void begin(Draft draft) {
        try {
            ledger.ride(draft);
        } catch (LedgerFailure e) {
            // As above.
        }
    }
}
