package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Plan;
import java.time.InstantSource;
import java.util.List;

/** Commands about emergencies: asking, opening, reviewing. Each takes another person than the one before. */
public final class Emergencies {
    /** How many may wait for a second person. */
    public static final int WAITING_MAX = 20;

    private final Authority authority;
    private final InstantSource clock;

    Emergencies(Authority authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** What came of it. */
    public sealed interface Step {
        record Done(Emergency emergency) implements Step {}

        record NotFound() implements Step {}

        /** @param why a sentence for people */
        record Refused(String why) implements Step {}
    }

    public Step ask(Name tenant, Emergency emergency) {
        var at = clock.instant();
        return authority.bookOf(tenant).command(now -> {
            if (emergency.opened().isPresent() || now.emergencies().containsKey(emergency.id()))
                return no("an emergency begins with one person who asks");
            long waiting = now.emergencies().values().stream()
                    .filter(each -> each.state(at).equals("waiting"))
                    .count();
            return waiting >= WAITING_MAX
                    ? no("there are " + WAITING_MAX + " that wait already")
                    : Plan.of(new Step.Done(emergency), Changes.emergency(tenant, emergency));
        });
    }

    /** Why a person cannot be the second one. */
    public Step openable(Name tenant, Id id, Id second) {
        return openable(authority.snapshot(tenant), id, second);
    }

    private Step openable(AuthoritySnapshot now, Id id, Id second) {
        var known = now.emergencies().get(id);
        if (known == null) return new Step.NotFound();
        var state = known.state(clock.instant());
        if (!state.equals("waiting")) return new Step.Refused("it does not wait any more: " + state);
        return known.askedBy().equals(second)
                ? new Step.Refused("the second person is another one than the first")
                : new Step.Done(known);
    }

    /** Opens the task that was asked for, on a second person's word. */
    public Step open(Name tenant, Id id, Task task, Consent consent) {
        var at = clock.instant();
        if (!task.origin().equals(new Origin.OfBreakGlass(id))
                || !consent.task().equals(task.id()))
            throw new IllegalArgumentException("not the task of this emergency with its consent");
        return authority.bookOf(tenant).command(now -> {
            if (!(openable(now, id, task.openedBy()) instanceof Step.Done(var known)))
                return Plan.nothing(openable(now, id, task.openedBy()));
            var terms = known.terms();
            boolean fits = task.agent().equals(terms.agent())
                    && task.person().equals(terms.person())
                    && task.scope().equals(terms.scope())
                    && task.callBudget() == terms.calls()
                    && !task.deadline().isAfter(at.plus(terms.lasting()));
            if (!fits) return no("this is not the task that was asked for");
            if (authority.full(now, at)) return no("the tenant has too many open tasks; end some");
            var opened = known.with(new Emergency.Opened(task.openedBy(), at, task.id()));
            return new Plan<>(
                    new Step.Done(opened),
                    List.of(
                            Changes.pruned(at),
                            Changes.opened(tenant, task),
                            Changes.consented(tenant, consent),
                            Changes.emergencyOpened(tenant, opened)));
        });
    }

    /** A third person has looked at what was done. */
    public Step review(Name tenant, Id id, Emergency.Review review) {
        return authority.bookOf(tenant).command(now -> {
            var known = now.emergencies().get(id);
            if (known == null) return Plan.nothing(new Step.NotFound());
            if (known.opened().isEmpty()) return no("nothing was opened, so there is nothing to review");
            if (known.review().isPresent()) return no("it was reviewed already");
            if (known.involves(review.by())) return no("whoever asked or opened does not review");
            return Plan.of(new Step.Done(known.with(review)), Changes.reviewed(tenant, known.with(review)));
        });
    }

    private static Plan<AuthoritySnapshot, Step> no(String why) {
        return Plan.nothing(new Step.Refused(why));
    }
}
