package dev.writ.guard.control;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.identity.Proposals;
import dev.writ.identity.Proposals.Proposal;
import dev.writ.registry.Group;
import dev.writ.registry.Person;
import dev.writ.registry.RegistrySnapshot;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Changes that wait for a second administrator: what they are, confirming them, taking them back. */
public final class Changes {
    private final Control control;
    private final Orders orders;
    private final Directory directory;
    private final Proposals proposals;

    Changes(Control control, Control.Parts parts, Orders orders, Directory directory) {
        this.control = control;
        this.orders = orders;
        this.directory = directory;
        this.proposals = parts.identity().proposals();
    }

    public Reply<List<Json.Obj>> waiting(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(proposals.waiting(caller.tenant()).stream()
                        .map(proposal -> document(proposal, directory.of(caller)))
                        .toList()));
    }

    public Reply<Json.Obj> one(Caller.OfPerson caller, String id) {
        return directory.reading(
                caller, () -> found(caller, id).map(proposal -> document(proposal, directory.of(caller))));
    }

    /** The second administrator's yes: the change is carried out, or the first one may repeat it. */
    public Reply<Json.Obj> confirm(Caller.OfPerson caller, String id) {
        return directory.reading(caller, () -> found(caller, id).then(proposal -> {
            if (proposal.by().equals(caller.person()))
                return new Reply.Conflict<>("you have proposed this yourself; it takes another administrator");
            return FourEyes.repeated(proposal) ? permitted(caller, proposal) : ordered(caller, proposal);
        }));
    }

    /** Ends a proposal; one's own or another's. */
    public Reply<Json.Obj> withdraw(Caller.OfPerson caller, String id) {
        return directory.reading(caller, () -> found(caller, id)
                .then(proposal -> orders.carry(
                        caller,
                        Orders.administer("change:withdraw", proposal.id().text(), Json.Obj.EMPTY),
                        () -> new Plan.Go<>(
                                new Transition(
                                        "administration", "change-withdrawn", FourEyes.about(proposal, proposal.by())),
                                () -> ended(caller, proposal)))));
    }

    private Reply<Json.Obj> ended(Caller.OfPerson caller, Proposal proposal) {
        return proposals.end(caller.tenant(), proposal.id())
                ? new Reply.Done<>(document(proposal, directory.of(caller)))
                : new Reply.Conflict<>("it is over already");
    }

    /** Orders the same as the first administrator did, which is what a confirmation is. */
    private Reply<Json.Obj> ordered(Caller.OfPerson caller, Proposal proposal) {
        var payload = proposal.payload();
        return switch (proposal.operation()) {
            case "person:create" ->
                control.people()
                        .create(
                                caller,
                                new Id(proposal.target()),
                                new Resource.Person(
                                        payload.string("email").orElseThrow(),
                                        payload.string("displayName").orElseThrow(),
                                        Optional.of(names(payload, "roles"))));
            case "group:create" -> control.groups().create(caller, group(payload));
            case "group:rule" -> control.groups().changeRule(caller, group(payload));
            case "provider:set" ->
                control.providers()
                        .set(
                                caller,
                                Resources.provider(
                                        new Name(proposal.target()),
                                        Form.of(
                                                payload.without("provider"),
                                                payload.members().keySet())));
            case "person:identity" ->
                control.providers()
                        .link(
                                caller,
                                proposal.target(),
                                payload.string("provider").orElseThrow(),
                                payload.string("subject").orElseThrow());
            case "group:join" ->
                control.groups()
                        .join(
                                caller,
                                payload.string("group").orElseThrow(),
                                payload.string("member").orElseThrow());
            default ->
                new Reply.Conflict<>("this change is confirmed by ordering it once more: " + proposal.operation());
        };
    }

    private Reply<Json.Obj> permitted(Caller.OfPerson caller, Proposal proposal) {
        return orders.carry(
                caller,
                Orders.administer("change:confirm", proposal.id().text(), proposal.payload()),
                () -> new Plan.Go<>(
                        new Transition("administration", "change-permitted", FourEyes.about(proposal, proposal.by())),
                        () -> proposals.confirm(caller.tenant(), proposal.id(), caller.person())
                                ? new Reply.Done<>(
                                        document(proposal, directory.of(caller)),
                                        List.of("the one who proposed it may now order it once more"))
                                : new Reply.Conflict<>("it was confirmed already, or is over")));
    }

    private Reply<Proposal> found(Caller.OfPerson caller, String id) {
        var waiting = proposals.waiting(caller.tenant()).stream()
                .collect(Collectors.toUnmodifiableMap(Proposal::id, each -> each));
        return Directory.id("change that waits", waiting.keySet(), id)
                .map(found -> java.util.Objects.requireNonNull(waiting.get(found)));
    }

    private static Resource.Group group(Json.Obj payload) {
        return new Resource.Group(
                new Name(payload.string("group").orElseThrow()),
                Group.Kind.valueOf(payload.string("of").orElseThrow().toUpperCase(Locale.ROOT)),
                Math.toIntExact(payload.integer("quorum").orElseThrow()),
                Proof.valueOf(payload.string("proof").orElseThrow().toUpperCase(Locale.ROOT)),
                payload.bool("separation").orElseThrow(),
                Set.copyOf(payload.strings("members")));
    }

    private static Set<Name> names(Json.Obj payload, String member) {
        return payload.strings(member).stream().map(Name::new).collect(Collectors.toUnmodifiableSet());
    }

    private static Json.Obj document(Proposal proposal, RegistrySnapshot registry) {
        return Json.object()
                .put("id", proposal.id().text())
                .put("operation", proposal.operation())
                .put("target", named(proposal.target(), registry))
                .put("details", proposal.payload())
                .put("by", named(proposal.by().text(), registry))
                .put("at", Guard.time(proposal.at()))
                .put("until", Guard.time(proposal.until()))
                .put("confirmed", proposal.confirmedBy().isPresent())
                .build();
    }

    private static String named(String text, RegistrySnapshot registry) {
        return text.startsWith("per_")
                ? registry.person(new Id(text)).map(Person::email).orElse(text)
                : text;
    }
}
