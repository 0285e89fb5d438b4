package dev.writ.guard;

import dev.writ.authority.Authority;
import dev.writ.authority.Reservation;
import dev.writ.authority.Reserving;
import java.time.InstantSource;
import java.util.Optional;

/** Charges a task's budget for what has an effect or brings data; lists and handshakes are free. */
final class Charging {
    private final Authority authority;
    private final Standings standings;
    private final InstantSource clock;

    Charging(Authority authority, Standings standings, InstantSource clock) {
        this.authority = authority;
        this.standings = standings;
        this.clock = clock;
    }

    /** What became of the charge. */
    sealed interface Charge {
        record Yes(Optional<Reservation> reservation) implements Charge {}

        record No(Refusal.Reason reason) implements Charge {}

        /** It takes the store, and whoever asks must not wait. */
        record Later() implements Charge {}
    }

    Charge charge(Case about, boolean mayWait) {
        boolean free =
                switch (about.attempt().action()) {
                    case Action.CallTool _, Action.ReadResource _, Action.GetPrompt _ -> false;
                    default -> true;
                };
        if (free) return new Charge.Yes(Optional.empty());
        if (!mayWait) {
            var held = authority.budgets().reserveHeld(about.tenant(), about.task());
            return held.isPresent() ? new Charge.Yes(held) : new Charge.Later();
        }
        return switch (authority.budgets().reserve(about.tenant(), about.task())) {
            case Reserving.Reserved(var reservation) -> new Charge.Yes(Optional.of(reservation));
            case Reserving.Exhausted _ ->
                new Charge.No(new Refusal.BudgetSpent(about.standing().task().callBudget()));
            case Reserving.TaskOver _, Reserving.NotFound _ -> new Charge.No(over(about));
        };
    }

    void giveBack(Optional<Reservation> reservation) {
        reservation.ifPresent(charged -> authority.budgets().settle(charged, false));
    }

    /** Why a task that was open when we began is over now. */
    private Refusal.Reason over(Case about) {
        return standings.of(about.standing().caller(), about.standing().server().name(), clock.instant())
                        instanceof Standings.Found.No(var reason, var _)
                ? reason
                : new Refusal.TaskEnded("ended", Optional.empty(), about.now(), "");
    }
}
