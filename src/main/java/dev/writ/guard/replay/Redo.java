package dev.writ.guard.replay;

import dev.writ.authority.Authority;
import dev.writ.authority.Stop;
import dev.writ.authority.Suspension;
import dev.writ.authority.Task;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.guard.replay.Reading.Change;
import dev.writ.identity.Identity;
import dev.writ.identity.Passkeys;
import dev.writ.identity.Provider;
import dev.writ.registry.Access;
import dev.writ.registry.Classification;
import dev.writ.registry.Outcome;
import dev.writ.registry.Registry;
import dev.writ.registry.Server;
import dev.writ.registry.Tool;
import dev.writ.registry.ToolName;
import dev.writ.registry.Transport;
import dev.writ.vault.Vault;
import dev.writ.vault.Wallet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes one recorded change true in the database; doing it twice changes nothing. What takes authority away is always
 * made true. What gives authority is made true only when the log shows that it was made, and when the record holds all
 * it takes; otherwise it stays unmade, which is the narrower of the two. What cannot be understood stops the start.
 */
final class Redo {
    private final Registry registry;
    private final Authority authority;
    private final Identity identity;
    private final Vault vault;

    Redo(Registry registry, Authority authority, Identity identity, Vault vault) {
        this.registry = registry;
        this.authority = authority;
        this.identity = identity;
        this.vault = vault;
    }

    /** What became of a change. */
    enum Done {
        /** It was not in the database, and is now. */
        MADE,
        /** Nothing had to be done. */
        SO_ALREADY,
        /** It gives authority and is not made again; people do it anew. */
        UNMADE
    }

    Done redo(Name tenant, Change change, boolean made) {
        try {
            return redone(tenant, change, change.record(), made);
        } catch (IllegalArgumentException | java.util.NoSuchElementException | java.time.DateTimeException e) {
            throw failure(change, "cannot be understood: " + e.getMessage(), e);
        }
    }

    private Done redone(Name tenant, Change change, Json.Obj record, boolean made) {
        return switch (change.name()) {
            case "revocation/task-revoked" -> ended(tenant, record, Task.Ending.REVOKED);
            case "task/completed" -> ended(tenant, record, Task.Ending.COMPLETED);
            case "task/expired" -> ended(tenant, record, Task.Ending.EXPIRED);
            case "revocation/agent-suspended" -> agentStopped(tenant, record, false);
            case "revocation/agent-retired" -> agentStopped(tenant, record, true);
            case "revocation/person-deactivated" -> deactivated(tenant, record);
            case "revocation/server-disabled" -> disabled(tenant, name(record, "server"));
            case "revocation/group-left" ->
                so(registry.people().replayLeft(tenant, name(record, "group"), text(record, "member")));
            case "revocation/tool-withdrawn" -> withdrawn(tenant, Target.of(record));
            case "revocation/secret-deleted" -> deleted(tenant, name(record, "secret"));
            case "revocation/credential-removed" ->
                made(vault.wallet()
                        .forget(
                                new Wallet.Place(tenant, text(record, "subject"), text(record, "place")),
                                time(record)));
            case "revocation/key-revoked" ->
                made(!identity.revoke(tenant, id(record, "key")).keys().isEmpty());
            case "revocation/trust-revoked" -> made(identity.trusts().revoke(tenant, id(record, "trust")));
            case "enrolment/trust-added" ->
                unmadeUnless(
                        identity.trusts().trust(tenant, id(record, "trust")).isPresent());
            case "revocation/grant-revoked" ->
                made(!identity.grants()
                        .revoke(tenant, id(record, "family"))
                        .grants()
                        .isEmpty());
            case "revocation/keys-revoked" ->
                made(identity.revokeAll(tenant, Instant.parse(text(record, "until")))
                        .anything());
            case "revocation/session-ended" -> made(sessionEnded(tenant, id(record, "session")));
            case "revocation/passkey-removed" -> made(identity.passkeys().remove(tenant, id(record, "passkey")));
            case "enrolment/passkey-enrolled" -> passkey(tenant, record, made);
            case "revocation/provider-removed" -> made(identity.providers().remove(tenant, name(record, "provider")));
            case "enrolment/provider-linked" ->
                unmadeUnless(identity.providers().linked(tenant, id(record, "person")));
            case "administration/provider-set" -> provider(tenant, record, made);
            case "enrolment/provider-key-made" ->
                unmadeUnless(identity.providers().knowsKey(tenant, id(record, "key")));
            case "enrolment/link-made" -> unmadeUnless(identity.links().knows(tenant, id(record, "link")));
            case "revocation/mandate-revoked" -> mandateRevoked(tenant, record);
            case "revocation/consent-revoked" ->
                ended(authority.revokeConsent(tenant, id(record, "consent"), end(record)), tenant);
            case "revocation/tenant-suspended" -> suspended(tenant, record);
            case "administration/tenant-resumed" -> made ? made(authority.resume(tenant)) : Done.SO_ALREADY;
            case "mandate/given" ->
                unmadeUnless(authority.snapshot(tenant).mandates().containsKey(id(record, "mandate")));
            case "mandate/used" ->
                unmadeUnless(authority.snapshot(tenant).task(id(record, "task")).isPresent());
            case "mandate/refused" -> Done.SO_ALREADY;
            case "administration/break-glass-asked",
                    "administration/break-glass-opened",
                    "administration/break-glass-reviewed" ->
                unmadeUnless(authority.snapshot(tenant).emergencies().containsKey(id(record, "emergency")));
            case "approval/consumed" -> consumed(tenant, id(record, "approval"));
            case "approval/refused" -> made(authority.approvals().replayRefused(tenant, id(record, "approval")));
            // A yes that was not counted, or is not in the database, is asked for again.
            case "approval/requested", "approval/approved", "approval/not-counted" -> Done.SO_ALREADY;
            case "administration/server-moved" -> moved(tenant, record);
            case "definition-pin/changed", "definition-pin/unclear", "definition-pin/removed" ->
                changed(tenant, record);
            case "definition-pin/added", "definition-pin/restored", "definition-pin/returned" -> Done.SO_ALREADY;
            case "definition-pin/approved" -> made ? approved(tenant, record) : Done.SO_ALREADY;
            case "task/opened", "delegation/opened", "consent/given" ->
                unmadeUnless(authority.snapshot(tenant).task(id(record, "task")).isPresent());
            case "enrolment/key-issued" ->
                unmadeUnless(identity.key(tenant, id(record, "key")).isPresent());
            case "enrolment/person-created" ->
                unmadeUnless(
                        registry.snapshot(tenant).person(id(record, "person")).isPresent());
            case "enrolment/agent-registered" ->
                unmadeUnless(
                        registry.snapshot(tenant).agent(name(record, "agent")).isPresent());
            case "administration/server-registered" ->
                unmadeUnless(
                        registry.snapshot(tenant).server(name(record, "server")).isPresent());
            case "administration/group-created" ->
                unmadeUnless(
                        registry.snapshot(tenant).group(name(record, "group")).isPresent());
            case "administration/secret-kept", "administration/secret-replaced" ->
                unmadeUnless(vault.names(tenant).contains(name(record, "secret")));
            // What waited for a second administrator is ordered anew when it is not in the database.
            case "administration/change-proposed",
                    "administration/change-confirmed",
                    "administration/change-permitted",
                    "administration/change-withdrawn" -> Done.SO_ALREADY;
            case "administration/tenant-created", "administration/replayed", "administration/clock-accepted" ->
                Done.SO_ALREADY;
            default -> given(tenant, change, record, made);
        };
    }

    /** Changes that give authority and that their record holds whole. */
    private Done given(Name tenant, Change change, Json.Obj record, boolean made) {
        var people = registry.people();
        var agents = registry.agents();
        var servers = registry.servers();
        return switch (change.name()) {
            case "enrolment/group-joined" ->
                !made ? Done.SO_ALREADY : so(people.join(tenant, name(record, "group"), text(record, "member")));
            case "enrolment/agent-resumed" ->
                !made ? Done.SO_ALREADY : so(agents.resume(tenant, name(record, "agent")));
            case "enrolment/agent-recertified" ->
                !made
                        ? Done.SO_ALREADY
                        : so(agents.recertify(tenant, name(record, "agent"), Instant.parse(text(record, "until"))));
            case "enrolment/agent-transferred" ->
                !made ? Done.SO_ALREADY : so(agents.transfer(tenant, name(record, "agent"), id(record, "owner")));
            case "administration/group-rule-changed" ->
                !made
                        ? Done.SO_ALREADY
                        : so(people.changeRule(
                                tenant,
                                name(record, "group"),
                                Math.toIntExact(record.integer("quorum").orElseThrow()),
                                Proof.valueOf(text(record, "proof").toUpperCase(Locale.ROOT)),
                                record.bool("separation").orElseThrow()));
            case "administration/server-approved", "administration/server-enabled" ->
                !made ? Done.SO_ALREADY : so(servers.approve(tenant, name(record, "server")));
            case "administration/server-trust-changed" ->
                !made
                        ? Done.SO_ALREADY
                        : so(servers.trust(
                                tenant,
                                name(record, "server"),
                                Math.toIntExact(record.integer("trust").orElseThrow())));
            case "administration/server-credentials-changed" ->
                !made
                        ? Done.SO_ALREADY
                        : so(servers.shown(tenant, name(record, "server"), credentials(record), access(record)));
            default -> throw failure(change, "is of a kind that this version cannot make true", null);
        };
    }

    private static Task.End end(Json.Obj record) {
        return new Task.End(Task.Ending.REVOKED, Optional.of(by(record)), time(record), text(record, "reason"));
    }

    private Done mandateRevoked(Name tenant, Json.Obj record) {
        return ended(authority.revokeMandate(tenant, id(record, "mandate"), end(record)), tenant);
    }

    private Done ended(Optional<Stop.Stopped> stopped, Name tenant) {
        for (var task : stopped.map(Stop.Stopped::ended).orElse(List.of())) identity.endTask(tenant, task.id());
        return made(stopped.isPresent());
    }

    private Done suspended(Name tenant, Json.Obj record) {
        if (authority.snapshot(tenant).suspension().isPresent()) return Done.SO_ALREADY;
        var _ = authority.suspend(tenant, new Suspension(by(record), time(record), text(record, "reason")));
        return Done.MADE;
    }

    private Done ended(Name tenant, Json.Obj record, Task.Ending ending) {
        var by = record.string("by").filter(text -> text.startsWith("per_")).map(Id::new);
        var end = new Task.End(ending, by, time(record), text(record, "reason"));
        var task = id(record, "task");
        var stop = authority.replayEnd(tenant, task, end);
        var over = identity.endTask(tenant, task);
        return made(stop instanceof Stop.Stopped
                || !over.keys().isEmpty()
                || !over.grants().isEmpty());
    }

    private Done agentStopped(Name tenant, Json.Obj record, boolean forGood) {
        var agent = name(record, "agent");
        var known = registry.snapshot(tenant).agent(agent);
        if (known.isEmpty()) return Done.SO_ALREADY;
        var done = so(
                forGood
                        ? registry.agents().retire(tenant, agent)
                        : registry.agents().suspend(tenant, agent));
        var why = forGood ? "the agent was retired" : "the agent was suspended";
        boolean stopped = tasksEnded(tenant, agent, record, why);
        boolean keys = forGood && !identity.revokeAgent(tenant, agent).keys().isEmpty();
        boolean was = known.get().equals(registry.snapshot(tenant).agent(agent).orElse(known.get()));
        return was && !stopped && !keys ? Done.SO_ALREADY : done;
    }

    /** Those that were open when the record was written: a task that people opened since is another matter. */
    private boolean tasksEnded(Name tenant, Name agent, Json.Obj record, String why) {
        var end = new Task.End(Task.Ending.REVOKED, Optional.of(by(record)), time(record), why);
        boolean some = false;
        for (var task : authority.snapshot(tenant).tasks().values()) {
            if (!task.agent().equals(agent) || task.openedAt().isAfter(time(record))) continue;
            some |= authority.replayEnd(tenant, task.id(), end) instanceof Stop.Stopped;
            identity.endTask(tenant, task.id());
        }
        return some;
    }

    private Done deactivated(Name tenant, Json.Obj record) {
        var person = id(record, "person");
        var known = registry.snapshot(tenant).person(person);
        if (known.isEmpty()) return Done.SO_ALREADY;
        var _ = registry.people().replayDeactivated(tenant, person);
        boolean keys = !identity.revokePerson(tenant, person).keys().isEmpty();
        boolean sessions =
                !identity.sessions().endAll(tenant, person).sessions().isEmpty();
        var why = "a person was deactivated";
        var stopped = authority.stopPerson(tenant, person, by(record), why).ended();
        for (var task : stopped) identity.endTask(tenant, task.id());
        boolean some = !stopped.isEmpty();
        for (var agent : registry.snapshot(tenant).agents().values())
            if (agent.owner().equals(person)) some |= tasksEnded(tenant, agent.name(), record, why);
        return made(known.get().active() || keys || sessions || some);
    }

    private boolean sessionEnded(Name tenant, Id session) {
        return identity.sessions().ended(tenant, session);
    }

    /** The link is used up in any case; the passkey is there again when the log shows that it was. */
    private Done passkey(Name tenant, Json.Obj record, boolean made) {
        var used = record.string("link").filter(link -> identity.links().used(tenant, new Id(link)));
        if (identity.passkeys().knows(tenant, id(record, "passkey"))) return made(used.isPresent());
        if (!made) return Done.UNMADE;
        return made(identity.passkeys().add(Passkeys.of(tenant, record, time(record))) || used.isPresent());
    }

    private Done provider(Name tenant, Json.Obj record, boolean made) {
        var provider = Provider.of(tenant, record);
        if (!made) return Done.SO_ALREADY;
        if (identity.providers()
                .find(tenant, provider.name())
                .filter(provider::equals)
                .isPresent()) return Done.SO_ALREADY;
        identity.providers().set(provider);
        return Done.MADE;
    }

    private Done disabled(Name tenant, Name server) {
        var known = registry.snapshot(tenant).server(server);
        if (known.isEmpty() || known.get().status() == Server.Status.DISABLED) return Done.SO_ALREADY;
        return so(registry.servers().disable(tenant, server));
    }

    private Done moved(Name tenant, Json.Obj record) {
        var server = name(record, "server");
        var transport = Transport.of(record.object("transport").orElseThrow());
        var known = registry.snapshot(tenant).server(server);
        if (known.isEmpty() || known.get().transport().equals(transport)) return Done.SO_ALREADY;
        return so(registry.servers().move(tenant, server, transport));
    }

    private Done deleted(Name tenant, Name secret) {
        if (!vault.names(tenant).contains(secret)) return Done.SO_ALREADY;
        var _ = vault.delete(tenant, secret);
        return Done.MADE;
    }

    private Done consumed(Name tenant, Id approval) {
        boolean used = authority
                .snapshot(tenant)
                .approval(approval)
                .filter(each -> each.state() == dev.writ.authority.Approval.State.CONSUMED)
                .isPresent();
        return made(!used && authority.approvals().replayConsumed(tenant, approval));
    }

    /** A tool as records name it, {@code server/tool}. */
    private record Target(Name server, ToolName tool) {
        static Target of(Json.Obj record) {
            var text = text(record, "target");
            int slash = text.indexOf('/');
            if (slash < 0) throw new IllegalArgumentException("not server/tool");
            return new Target(new Name(text.substring(0, slash)), new ToolName(text.substring(slash + 1)));
        }
    }

    private Done withdrawn(Name tenant, Target target) {
        boolean pinned = tool(tenant, target).flatMap(Tool::pin).isPresent();
        return pinned ? so(registry.tools().withdraw(tenant, target.server, target.tool)) : Done.SO_ALREADY;
    }

    /** The database knows of the change already when it lists another definition, or pins the one that came. */
    private Done changed(Name tenant, Json.Obj record) {
        var target = Target.of(record);
        var tool = tool(tenant, target).filter(each -> each.state() == Tool.State.APPROVED);
        var came = record.string("definition").map(Digest::parse);
        boolean known = tool.isEmpty()
                || tool.get()
                        .listed()
                        .filter(listed -> came.equals(Optional.of(listed.digest())))
                        .isPresent();
        return known ? Done.SO_ALREADY : so(registry.tools().replayChanged(tenant, target.server, target.tool));
    }

    private Done approved(Name tenant, Json.Obj record) {
        var target = Target.of(record);
        var digest = Digest.parse(text(record, "definition"));
        var classification = Classification.of(record.object("classification").orElseThrow());
        var tool = tool(tenant, target);
        if (tool.isEmpty()) return Done.UNMADE;
        boolean same = tool.get()
                .pin()
                .filter(pin -> pin.definition().digest().equals(digest)
                        && pin.classification().equals(classification))
                .isPresent();
        if (same) return Done.SO_ALREADY;
        return so(registry.tools()
                .replayApproved(tenant, target.server, target.tool, digest, classification, by(record)));
    }

    private Optional<Tool> tool(Name tenant, Target target) {
        return registry.snapshot(tenant).tool(target.server, target.tool);
    }

    private static List<Server.Credential> credentials(Json.Obj record) {
        var found = new ArrayList<Server.Credential>();
        for (var each : record.array("credentials").orElseThrow().items())
            if (each instanceof Json.Obj credential) found.add(Server.Credential.of(credential));
        return found;
    }

    private static Access access(Json.Obj record) {
        return record.object("auth").map(Access::of).orElse(Access.SECRETS);
    }

    /** What is not in the database cannot be given or taken there; all else the registry has done. */
    private static Done so(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Done<?> _, Outcome.Unsaved<?> _ -> Done.MADE;
            case Outcome.AlreadyExists<?> _, Outcome.NotFound<?> _ -> Done.SO_ALREADY;
            case Outcome.Refused<?> _ -> Done.UNMADE;
        };
    }

    private static Done made(boolean changed) {
        return changed ? Done.MADE : Done.SO_ALREADY;
    }

    private static Done unmadeUnless(boolean known) {
        return known ? Done.SO_ALREADY : Done.UNMADE;
    }

    private static String text(Json.Obj record, String member) {
        return record.string(member).orElseThrow(() -> new IllegalArgumentException("it has no " + member));
    }

    private static Name name(Json.Obj record, String member) {
        return new Name(text(record, member));
    }

    private static Id id(Json.Obj record, String member) {
        return new Id(text(record, member));
    }

    /** The person who ordered it, or who answers for the provider on whose word it was done. */
    private static Id by(Json.Obj record) {
        return record.string("by")
                .filter(text -> text.startsWith("per_"))
                .map(Id::new)
                .orElseGet(() -> id(record, "answers"));
    }

    private static Instant time(Json.Obj record) {
        return Instant.parse(text(record, "time"));
    }

    private static ReplayFailure failure(
            Change change, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        return new ReplayFailure(
                ReplayFailure.Code.RECORD,
                "record " + change.index() + " (" + change.record().string("id").orElse("no id") + ", "
                        + dev.writ.base.Visible.text(change.name(), 80) + ") " + why,
                cause);
    }
}
