package dev.writ.guard.control;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.identity.Provider;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What is done to the company's identity providers, and which of their people is which of ours. */
public final class Providers {
    private final Orders orders;
    private final Directory directory;
    private final Registry registry;
    private final Identity identity;
    private final Ids ids;

    Providers(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.registry = parts.registry();
        this.identity = parts.identity();
        this.ids = parts.ids();
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(identity.providers().all(caller.tenant()).stream()
                        .map(provider -> document(caller.tenant(), provider))
                        .toList()));
    }

    Optional<Provider> known(Name tenant, Name name) {
        return identity.providers().find(tenant, name);
    }

    /** Trusts a provider, in place of the one of that name; whoever orders it answers for it. */
    public Reply<Json.Obj> set(Caller.OfPerson caller, Resource.Provider wanted) {
        return Directory.valid(() -> provider(caller.tenant(), wanted, caller.person()))
                .then(provider -> orders.carry(
                        caller,
                        Orders.administer(
                                "provider:set",
                                provider.name().text(),
                                provider.json().without("owner")),
                        () -> setting(provider)));
    }

    private Plan<Json.Obj> setting(Provider provider) {
        for (var group : new TreeSet<>(provider.groups().values()))
            if (registry.snapshot(provider.tenant()).group(group).isEmpty())
                return new Plan.Stay<>(new Reply.NotFound<>("group " + group));
        return new Plan.Go<>(new Transition("administration", "provider-set", provider.json()), () -> {
            identity.providers().set(provider);
            return new Reply.Done<>(document(provider.tenant(), provider));
        });
    }

    /** Trusts a provider no more; nobody signs in with it, and sessions that it opened go on until they end. */
    public Reply<Json.Obj> remove(Caller.OfPerson caller, String name) {
        return directory.reading(caller, () -> Directory.name(name)
                .flatMap(each -> known(caller.tenant(), each))
                .<Reply<Provider>>map(Reply.Done::new)
                .orElseGet(() -> new Reply.NotFound<>("provider with that name"))
                .then(provider -> orders.takeAway(
                        caller,
                        Orders.administer("provider:remove", provider.name().text(), Json.Obj.EMPTY),
                        () -> removed(provider))));
    }

    private Taken<Json.Obj> removed(Provider provider) {
        var _ = identity.providers().remove(provider.tenant(), provider.name());
        var members = Json.object().put("provider", provider.name().text()).build();
        return new Taken<>(
                new Reply.Done<>(document(provider.tenant(), provider)),
                List.of(new Transition("revocation", "provider-removed", members)));
    }

    /** Makes the credential with which a provider tells of people, in place of an earlier one; shown once. */
    public Reply<Json.Obj> issueKey(Caller.OfPerson caller, String name) {
        return directory.reading(caller, () -> Directory.name(name)
                .flatMap(each -> known(caller.tenant(), each))
                .<Reply<Provider>>map(Reply.Done::new)
                .orElseGet(() -> new Reply.NotFound<>("provider with that name"))
                .then(provider -> orders.carry(
                        caller,
                        Orders.administer("provider:key", provider.name().text(), Json.Obj.EMPTY),
                        () -> {
                            var id = ids.next("key");
                            var members = Json.object()
                                    .put("key", id.text())
                                    .put("provider", provider.name().text())
                                    .build();
                            return new Plan.Go<>(
                                    new Transition("enrolment", "provider-key-made", members),
                                    () -> new Reply.Done<>(Json.object()
                                            .put("id", id.text())
                                            .put(
                                                    "key",
                                                    identity.providers()
                                                            .makeKey(provider, id)
                                                            .reveal())
                                            .build()));
                        })));
    }

    /** Says which person a provider's subject is, for somebody who is enrolled here already. */
    public Reply<Json.Obj> link(Caller.OfPerson caller, String who, String name, String subject) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> directory.person(tenant, who).then(person -> {
            var provider = Directory.name(name).flatMap(each -> known(tenant, each));
            if (provider.isEmpty()) return new Reply.NotFound<>("provider with that name");
            if (subject.isBlank() || subject.length() > 255)
                return new Reply.Invalid<>("a subject has 1 to 255 characters");
            var payload = Json.object()
                    .put("provider", provider.get().name().text())
                    .put("subject", subject)
                    .build();
            return orders.carry(
                    caller,
                    Orders.administer("person:identity", person.id().text(), payload),
                    () -> linking(provider.get(), subject, person));
        }));
    }

    private Plan<Json.Obj> linking(Provider provider, String subject, Person person) {
        if (identity.providers()
                .person(provider.tenant(), provider.issuer(), subject)
                .isPresent()) return new Plan.Stay<>(new Reply.Conflict<>("this subject is somebody already"));
        var members = Json.object()
                .put("person", person.id().text())
                .put("provider", provider.name().text())
                .build();
        return new Plan.Go<>(
                new Transition("enrolment", "provider-linked", members),
                () -> identity.providers().link(provider, subject, person.id())
                        ? new Reply.Done<>(Documents.person(person, registry.snapshot(provider.tenant())))
                        : new Reply.Conflict<>("this subject is somebody already"));
    }

    static Provider provider(Name tenant, Resource.Provider wanted, Id owner) {
        return new Provider(
                tenant,
                wanted.name(),
                wanted.issuer(),
                wanted.clientId(),
                wanted.secret(),
                wanted.domains(),
                wanted.claims(),
                wanted.groupsClaim(),
                wanted.groups(),
                wanted.enrols(),
                owner);
    }

    static Resource.Provider resource(Provider provider) {
        return new Resource.Provider(
                provider.name(),
                provider.issuer(),
                provider.clientId(),
                provider.secret(),
                provider.domains(),
                provider.claims(),
                provider.groupsClaim(),
                provider.groups(),
                provider.enrols());
    }

    private Json.Obj document(Name tenant, Provider provider) {
        var json = provider.json();
        var spec = Json.object();
        for (var member : new ArrayList<>(json.members().keySet()))
            if (!member.equals("provider") && !member.equals("owner"))
                json.get(member).ifPresent(value -> spec.put(member, value));
        var status = Json.object()
                .put(
                        "owner",
                        registry.snapshot(tenant)
                                .person(provider.owner())
                                .map(Person::email)
                                .orElse(provider.owner().text()))
                .build();
        return Resource.document("Provider", Optional.of(provider.name().text()), spec.build(), status);
    }
}
