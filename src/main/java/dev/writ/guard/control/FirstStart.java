package dev.writ.guard.control;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.identity.Identity;
import dev.writ.identity.Issue;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.policy.publish.Shipped;
import dev.writ.registry.Group;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.store.StoreError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes a tenant and its first person, when there is nobody yet who could give the order. Everything is recorded as
 * done by {@code first-start}; a tenant that exists is never touched, but one whose beginning a crash cut short is
 * completed.
 */
public final class FirstStart {
    private static final String BY = "first-start";
    private static final String GUARDRAILS = "guardrails.cedar";
    private static final List<Name> ROLES = List.of(Group.ADMIN, Group.APPROVER, Group.AUDITOR);

    private final Guard guard;
    private final Registry registry;
    private final Identity identity;
    private final dev.writ.guard.Policies live;
    private final Policies policies;
    private final Path policyFolder;
    private final Function<Name, LivePolicies> opened;
    private final Ids ids;

    FirstStart(Control.Parts parts, Policies policies) {
        this.guard = parts.guard();
        this.registry = parts.registry();
        this.identity = parts.identity();
        this.live = parts.policies();
        this.policies = policies;
        this.policyFolder = parts.policyFolder();
        this.opened = parts.livePolicies();
        this.ids = parts.ids();
    }

    /** The first person of a tenant and a command-line credential, shown for the only time. */
    public record Founded(Id person, Id key, Secret text) {}

    /** Whether a tenant is still without a person or without policies. */
    public boolean due(Name tenant) {
        return registry.snapshot(tenant).people().isEmpty()
                || live.of(tenant)
                        .filter(policies -> policies.current().bundle().isPresent())
                        .isEmpty();
    }

    /**
     * Makes the tenant.
     *
     * @param email of the first person, who administers, approves and audits
     * @param keep is given the credential before the tenant is complete, so that none is lost with a crash
     */
    public void found(Name tenant, String displayName, String email, Consumer<Founded> keep) {
        if (!due(tenant)) throw new IllegalArgumentException("the tenant " + tenant + " has begun already");
        var _ = guard.changing(tenant, () -> begun(tenant, displayName, email, keep));
    }

    private Person begun(Name tenant, String displayName, String email, Consumer<Founded> keep) {
        record(tenant, "administration", "tenant-created", Json.object().build());
        var _ = registry.createTenant(tenant);
        if (live.of(tenant).isEmpty()) live.add(tenant, opened.apply(tenant));
        var person = registry.snapshot(tenant).people().values().stream()
                .filter(known -> known.email().equals(email))
                .findFirst()
                .orElseGet(() -> person(tenant, displayName, email));
        for (var role : ROLES) grant(tenant, role, person);
        writeGuardrails(tenant);
        keep.accept(key(tenant, person));
        policies.publishFirst(tenant, BY);
        return person;
    }

    /** A link with which the first person makes a passkey; its text is in the answer and nowhere else. */
    public Secret link(Name tenant, Id person) {
        var id = ids.next("lnk");
        record(
                tenant,
                "enrolment",
                "link-made",
                Json.object()
                        .put("link", id.text())
                        .put("person", person.text())
                        .build());
        return identity.links().make(tenant, id, person);
    }

    private Person person(Name tenant, String displayName, String email) {
        var person = new Person(ids.pseudonym("per"), displayName, email, true);
        record(
                tenant,
                "enrolment",
                "person-created",
                Json.object().put("person", person.id().text()).build());
        done(Directory.reply(registry.people().add(tenant, person)));
        return person;
    }

    private void grant(Name tenant, Name role, Person person) {
        if (registry.snapshot(tenant).groupsOf(person.id()).contains(role)) return;
        var joined = Groups.joined(role, person.id().text());
        record(tenant, joined.kind(), joined.event(), joined.members());
        done(Directory.reply(registry.people().join(tenant, role, person.id().text())));
    }

    private Founded key(Name tenant, Person person) {
        var id = ids.next("key");
        record(
                tenant,
                "enrolment",
                "key-issued",
                Json.object()
                        .put("key", id.text())
                        .put("person", person.id().text())
                        .build());
        if (!(identity.issueForPerson(tenant, id, person.id()) instanceof Issue.Issued(var _, var text)))
            throw new StoreError(StoreError.Code.CONFLICT, "the first credential could not be made");
        return new Founded(person.id(), id, text);
    }

    private void record(Name tenant, String kind, String event, Json.Obj members) {
        if (!guard.recordOwn(tenant, BY, new Transition(kind, event, members)))
            throw new StoreError(StoreError.Code.FAILED, "the ledger cannot be written, so nothing can begin");
    }

    private static void done(Reply<?> reply) {
        reply.obstacle().ifPresent(why -> {
            throw new StoreError(StoreError.Code.CONFLICT, "the tenant cannot begin: " + why);
        });
    }

    private void writeGuardrails(Name tenant) {
        var folder = policyFolder.resolve(tenant.text());
        try {
            Files.createDirectories(folder);
            var file = folder.resolve(GUARDRAILS);
            if (Files.notExists(file)) Files.writeString(file, Shipped.guardrails(), StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new UncheckedIOException("the policy folder " + folder + " cannot be written", e);
        }
    }
}
