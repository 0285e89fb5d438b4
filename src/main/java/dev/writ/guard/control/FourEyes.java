package dev.writ.guard.control;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.identity.Identity;
import dev.writ.identity.Proposals;
import dev.writ.identity.Proposals.Proposal;
import dev.writ.registry.Group;
import dev.writ.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * Which changes take two administrators where a tenant has two, and whether the second one has ordered the same: enrolling
 * people and their keys, and changing roles and groups of people. Runs while no other change does.
 */
final class FourEyes {
    /** Operations whose answer is a secret for whoever began: the second administrator lets the first one repeat them. */
    private static final Set<String> REPEATED = Set.of("person:key", "person:link", "provider:key");

    private static final Set<String> OF_PEOPLE = Set.of("group:create", "group:join", "group:rule");
    private static final Set<String> ALWAYS =
            Set.of("person:key", "person:link", "person:identity", "provider:set", "provider:key");

    private final Registry registry;
    private final Identity identity;
    private final Proposals proposals;
    private final Ids ids;
    private final InstantSource clock;

    FourEyes(Control.Parts parts) {
        this.registry = parts.registry();
        this.identity = parts.identity();
        this.proposals = parts.identity().proposals();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /** How a change goes on. */
    sealed interface Way {
        /** One administrator is enough, here or for this. */
        record Free() implements Way {}

        /** A second one must order the same: this is to be recorded and kept. */
        record Propose(Proposal proposal, Transition record) implements Way {}

        /** It was proposed already, by the same person. */
        record Wait(Proposal proposal) implements Way {}

        /** Two have ordered it: this is to be recorded, and the proposal is over. */
        record Together(Proposal proposal, Transition record) implements Way {}
    }

    Way way(Caller.OfPerson caller, Action.Administer action) {
        if (!asked(caller.tenant(), action) || administrators(caller.tenant()) < 2) return new Way.Free();
        var matter = matter(action);
        var known = proposals.about(caller.tenant(), matter);
        if (known.isEmpty()) return proposed(caller, action, matter);
        var proposal = known.get();
        boolean first = proposal.by().equals(caller.person());
        if (first && proposal.confirmedBy().isEmpty()) return new Way.Wait(proposal);
        if (!first && repeated(proposal)) return new Way.Wait(proposal);
        var other = first ? proposal.confirmedBy().orElseThrow() : proposal.by();
        // Both must still be administrators: one that was deactivated meanwhile confirms nothing.
        if (!registry.snapshot(caller.tenant()).activeMember(Group.ADMIN, other)) return new Way.Wait(proposal);
        return new Way.Together(proposal, new Transition("administration", "change-confirmed", about(proposal, other)));
    }

    /** Whether only the one who proposed it can carry it out. */
    static boolean repeated(Proposal proposal) {
        return REPEATED.contains(proposal.operation());
    }

    boolean keep(Proposal proposal) {
        return proposals.add(proposal);
    }

    void over(Proposal proposal) {
        var _ = proposals.end(proposal.tenant(), proposal.id());
    }

    private Way proposed(Caller.OfPerson caller, Action.Administer action, Digest matter) {
        var now = clock.instant();
        var proposal = new Proposal(
                caller.tenant(),
                ids.next("chg"),
                action.operation(),
                action.target(),
                action.payload(),
                matter,
                caller.person(),
                now,
                now.plus(Proposals.LIFE),
                Optional.empty());
        return new Way.Propose(
                proposal, new Transition("administration", "change-proposed", about(proposal, caller.person())));
    }

    private boolean asked(Name tenant, Action.Administer action) {
        if (ALWAYS.contains(action.operation())) return true;
        if (action.operation().equals("person:create"))
            return !action.payload().strings("roles").isEmpty();
        if (!OF_PEOPLE.contains(action.operation())) return false;
        var group = registry.snapshot(tenant).group(new Name(action.target()));
        return group.map(known -> known.kind() == Group.Kind.PEOPLE)
                .orElseGet(() -> action.payload().string("of").equals(Optional.of("people")));
    }

    /** Those who could say yes: an administrator who cannot sign in yet is given the means to by the one who can. */
    private long administrators(Name tenant) {
        var snapshot = registry.snapshot(tenant);
        return snapshot.people().keySet().stream()
                .filter(person -> snapshot.activeMember(Group.ADMIN, person))
                .filter(person -> identity.recognises(tenant, person))
                .count();
    }

    /** A new person's id is made anew each time, so it is not part of what two administrators have in common. */
    private static Digest matter(Action.Administer action) {
        var target = action.operation().equals("person:create") ? "" : action.target();
        var text = Json.object()
                .put("operation", action.operation())
                .put("target", target)
                .put("payload", action.payload())
                .build();
        return Digest.of(("writ-change-v1\0" + new String(Canonical.bytes(text), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8));
    }

    static Json.Obj about(Proposal proposal, Id other) {
        return Json.object()
                .put("change", proposal.id().text())
                .put("operation", proposal.operation())
                .put("target", proposal.target())
                .put("with", other.text())
                .build();
    }
}
