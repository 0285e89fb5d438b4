package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Plan;
import dev.writ.store.Store;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Commands about mandates: giving, using. {@link Authority#revokeMandate} ends one with everything under it. */
public final class Mandates {
    /** How many may stand in a tenant. */
    public static final int STANDING_MAX = 1_000;

    public static final int EVENT_CHARS_MAX = 200;

    private final Authority authority;
    private final Store store;
    private final InstantSource clock;

    Mandates(Authority authority, Store store, InstantSource clock) {
        this.authority = authority;
        this.store = store;
        this.clock = clock;
    }

    /** What came of giving a mandate. */
    public sealed interface Giving {
        record Given(Mandate mandate) implements Giving {}

        /** @param why a sentence for people */
        record Refused(String why) implements Giving {}
    }

    /** What came of an event. */
    public sealed interface Use {
        record Opened(Task task) implements Use {}

        /** The same event has opened this task before. */
        record Known(Id task) implements Use {}

        /** @param state revoked, expired, exhausted, busy, unknown or full */
        record Refused(String state) implements Use {}
    }

    public Giving give(Name tenant, Mandate mandate) {
        var at = clock.instant();
        return authority.bookOf(tenant).command(now -> {
            if (mandate.used() != 0 || !mandate.state(at).equals("standing"))
                return Plan.nothing(new Giving.Refused("a mandate begins unused and in force"));
            var standing = now.mandates().values().stream()
                    .filter(each -> each.state(at).equals("standing"))
                    .toList();
            if (now.mandates().containsKey(mandate.id())
                    || standing.stream().anyMatch(each -> each.name().equals(mandate.name())))
                return Plan.nothing(new Giving.Refused("there is a mandate " + mandate.name() + " already"));
            return standing.size() >= STANDING_MAX
                    ? Plan.nothing(new Giving.Refused("there are " + STANDING_MAX + " mandates; revoke some"))
                    : Plan.of(new Giving.Given(mandate), Changes.given(tenant, mandate));
        });
    }

    /** Which task an event has opened. Reads the database. */
    public Optional<Id> taskOf(Name tenant, Id mandate, String event) {
        return store.read(sql -> sql.row(
                "SELECT task FROM mandate_uses WHERE tenant = ? AND mandate = ? AND event = ?",
                row -> row.id("task"),
                tenant,
                mandate,
                event));
    }

    /** Why an event could open nothing now: as in {@link Use.Refused}. */
    public Optional<String> obstacle(Name tenant, Id mandate) {
        return obstacle(authority.snapshot(tenant), mandate);
    }

    /** Opens a task under a mandate, once for each event. */
    public Use use(Name tenant, Id id, String event, Task task, Consent consent) {
        var at = clock.instant();
        if (!task.origin().equals(new Origin.OfMandate(id)) || !consent.task().equals(task.id()))
            throw new IllegalArgumentException("not a task of this mandate with its consent");
        Use used = authority.bookOf(tenant).command(now -> {
            var known = taskOf(tenant, id, event);
            if (known.isPresent()) return Plan.nothing(new Use.Known(known.get()));
            var obstacle = obstacle(now, id);
            if (obstacle.isPresent()) return Plan.nothing(new Use.Refused(obstacle.get()));
            var mandate = now.mandates().get(id);
            if (mandate == null || !fits(task, mandate)) return Plan.nothing(new Use.Refused("unknown"));
            if (authority.full(now, at)) return Plan.nothing(new Use.Refused("full"));
            return new Plan<>(
                    new Use.Opened(task),
                    List.of(
                            Changes.pruned(at),
                            Changes.opened(tenant, task),
                            Changes.consented(tenant, consent),
                            Changes.used(tenant, mandate, event, task.id(), at)));
        });
        var end = Optional.ofNullable(authority.snapshot(tenant).mandates().get(id))
                .flatMap(Mandate::end);
        // A revocation does not wait for the disk, so it may have come in while the task was being written.
        if (used instanceof Use.Opened && end.isPresent()) {
            var _ = authority.replayEnd(tenant, task.id(), end.get());
            return new Use.Refused("revoked");
        }
        return used;
    }

    private static boolean fits(Task task, Mandate mandate) {
        var terms = mandate.terms();
        return task.person().equals(mandate.giver())
                && task.agent().equals(terms.agent())
                && task.purpose().equals(terms.purpose())
                && task.scope().equals(terms.scope())
                && task.callBudget() == terms.calls();
    }

    private Optional<String> obstacle(AuthoritySnapshot now, Id id) {
        var at = clock.instant();
        var mandate = now.mandates().get(id);
        if (mandate == null) return Optional.of("unknown");
        var state = mandate.state(at);
        if (!state.equals("standing")) return Optional.of(state);
        long open = now.tasks().values().stream()
                .filter(task -> task.origin().equals(new Origin.OfMandate(id)) && task.open(at))
                .count();
        return open >= mandate.terms().openMax() ? Optional.of("busy") : Optional.empty();
    }
}
