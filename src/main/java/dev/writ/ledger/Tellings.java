package dev.writ.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** What is to be told after a commit, gathered so that each executor is woken once. Used by one thread. */
final class Tellings {
    private static final System.Logger LOG = System.getLogger(Tellings.class.getName());

    private record Turn(Executor on, List<Waiting.Told> told, boolean written) {
        void run() {
            for (var one : told) tell(one);
        }

        /** Nobody's fault keeps the next from hearing. */
        private void tell(Waiting.Told one) {
            try {
                one.then.accept(written);
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, "who was told of a record failed", e);
            }
        }
    }

    private final List<Turn> turns = new ArrayList<>();
    private final boolean written;

    /** @param written what they are told */
    Tellings(boolean written) {
        this.written = written;
    }

    @SuppressWarnings("ReferenceEquality") // the same executor, not one like it
    void add(Waiting.Told told) {
        for (var turn : turns)
            if (turn.on == told.on) {
                turn.told.add(told);
                return;
            }
        var first = new ArrayList<Waiting.Told>();
        first.add(told);
        turns.add(new Turn(told.on, first, written));
    }

    void tell() {
        for (var turn : turns) {
            try {
                turn.on.execute(turn::run);
            } catch (RuntimeException e) {
                // An executor that takes nothing more has nobody left who wants to know; the ledger goes on.
            }
        }
        turns.clear();
    }
}
