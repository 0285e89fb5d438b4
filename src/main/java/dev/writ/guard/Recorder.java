package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.ledger.Entry;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerFailure;
import java.util.Optional;

/** Puts drafts into the ledger. No evidence, no action: when this says no, nothing may happen. */
final class Recorder {
    private final Ledger ledger;

    Recorder(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Whether the record is on disk. */
    boolean durable(Name tenant, Evidence.Draft draft) {
        try {
            ledger.append(tenant, draft.record(), draft.side());
            return true;
        } catch (LedgerFailure e) {
            return false;
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

    /** Starts to write a record that nothing waits for; an outcome rides the next commit. */
    void begin(Name tenant, Evidence.Draft draft) {
        try {
            var _ = ledger.begin(tenant, draft.record(), draft.side());
        } catch (LedgerFailure e) {
            // The intent stays open and is closed as indeterminate at the next start.
        }
    }
}
