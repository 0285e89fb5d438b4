package dev.writ.guard;

import dev.writ.base.CanonicalWriter;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.Draft;
import dev.writ.ledger.RecordTime;
import dev.writ.ledger.RecordWriter;
import dev.writ.policy.PolicyError;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * What the records say; {@code docs/evidence.md} is the same for readers. A record is canonical JSON under a leaf of the
 * tenant's log. It names people by pseudonym and carries no payload: the bytes that were judged stand encrypted in the
 * side store, and the record commits to them with a salt.
 */
final class Evidence {
    static final int VERSION = 1;

    private final Name node;
    private final Ids ids;
    private final String custody;
    private final ToLongFunction<Name> witnessed;

    /**
     * @param custody {@code separate}, or {@code shared-user} where agents run as the same system user as we do
     * @param witnessed up to which record others vouch for a tenant's log
     */
    Evidence(Name node, Ids ids, String custody, ToLongFunction<Name> witnessed) {
        this.node = node;
        this.ids = ids;
        this.custody = custody;
        this.witnessed = witnessed;
    }

    /** A record of a transition and the values it commits to. */
    record Told(Json.Obj record, Map<String, byte[]> side) {}

    /** Everything about one attempt that its record tells. */
    record Matter(
            Id decision,
            Instant now,
            Attempt attempt,
            Payload payload,
            ActionDigest digest,
            Optional<? extends Ground> ground,
            Optional<Asked> asked,
            Judged judged) {}

    /** What policy said: {@code bundle} is the digest of the text that decided. */
    record Judged(String bundle, List<String> determining, List<PolicyError> errors) {
        static final Judged NOT = new Judged("", List.of(), List.of());
    }

    /** An approval that an intent used up; {@code record} is the one by which it was given. */
    record Used(Id approval, Id record, Set<Name> groups, Set<String> proofs) {}

    /** @param labels what the action puts on its task, so that a replay can put it there again */
    Draft intent(Matter matter, Optional<Used> used, Set<Name> labels) {
        var record = begun("intent", matter);
        var approvals = record.value("approvals").array();
        used.ifPresent(approval -> approvals
                .object()
                .string("approval", approval.approval().text())
                .texts(
                        "groups",
                        new TreeSet<>(approval.groups())
                                .stream().map(Name::text).toList())
                .texts("proofs", new TreeSet<>(approval.proofs()))
                .string("record", approval.record().text())
                .end());
        approvals.end();
        return decided(record, "permit", matter, Optional.empty(), labels);
    }

    Draft refusal(Matter matter, Refusal.Reason reason) {
        return decided(begun("refusal", matter), "deny", matter, Optional.of(reason.code()), Set.of());
    }

    /**
     * Refusals like an earlier one, counted. The values that were judged stand with the first; those of the others, which
     * may differ where a quota was used up, were not kept.
     *
     * @param like the record of the first
     * @param decision of this record's own, so that it can be found like any other
     */
    Told refusals(Json.Obj like, Id decision, Instant now, long count, Instant from, Instant to) {
        var record = Json.object();
        like.members().forEach(record::put);
        record.put("id", ids.next("rec").text())
                .put("time", time(now))
                .put("decision", decision.text())
                .put("count", count)
                .put("first", time(from))
                .put("last", time(to))
                .put("like", like.string("decision").orElse(""));
        return sealed(record, Map.of());
    }

    Draft hold(Matter matter, Id approval) {
        var record = begun("hold", matter).string("approval", approval.text());
        return decided(record, "hold", matter, Optional.empty(), Set.of());
    }

    Draft outcome(Permit permit, Outcome outcome, Instant now) {
        var record = new RecordWriter(
                        RecordKinds.known("outcome"),
                        ids.next("rec"),
                        now,
                        permit.attempt().caller().tenant(),
                        node)
                .integer("answerBytes", outcome.answerBytes())
                .string("decision", permit.decision().text())
                .string("detail", outcome.detail())
                .string("intent", permit.intent().text())
                .string("peer", outcome.peer())
                .integer("sentBytes", outcome.sentBytes())
                .string("status", outcome.status().code());
        // The answer's digest is of text that could be guessed, so the leaf commits to it with a salt.
        outcome.answer().ifPresent(digest -> record.side("answer", digest.bytes()));
        return record.draft();
    }

    /** The outcome of an intent that a crash left open. */
    Told indeterminate(Name tenant, Id intent, Optional<String> decision, Instant now) {
        var record = common("outcome", now, tenant)
                .put("intent", intent.text())
                .put("decision", decision)
                .put("status", Outcome.Status.INDETERMINATE.code())
                .put("detail", "the process ended before the outcome was recorded");
        return sealed(record, Map.of());
    }

    /** A transition of state: {@code kind} is approval, task, consent, revocation, definition-pin and the like. */
    Told transition(String kind, String event, Name tenant, Instant now, Json.Obj members) {
        var record = common(kind, now, tenant).put("event", event);
        members.members().forEach(record::put);
        return sealed(record, Map.of());
    }

    /** A record that could not be written when it was made. */
    Told late(Json.Obj record) {
        return new Told(record.with("late", Json.of(true)), Map.of());
    }

    /** A person's change, or our own; {@code by} says on whose decision. */
    Told transition(Transition transition, Name tenant, Instant now, Json.Obj by) {
        var record = common(transition.kind(), now, tenant).put("event", transition.event());
        by.members().forEach(record::put);
        transition.members().members().forEach(record::put);
        return sealed(record, transition.side());
    }

    /** The members of a decision's record up to where its verdict makes a difference. */
    private RecordWriter begun(String kind, Matter matter) {
        var attempt = matter.attempt();
        var record = new RecordWriter(
                RecordKinds.known(kind),
                ids.next("rec"),
                matter.now(),
                attempt.caller().tenant(),
                node);
        var action = attempt.action();
        var about = record.value("action").object().string("kind", action.kind());
        if (action instanceof Action.Administer administer) about.string("operation", administer.operation());
        about.string("target", action.target()).end();
        if (!matter.digest().agent().isEmpty())
            record.string("agent", matter.digest().agent());
        return record;
    }

    private Draft decided(
            RecordWriter record, String verdict, Matter matter, Optional<String> reason, Set<Name> labels) {
        var attempt = matter.attempt();
        record.string("binding", binding(attempt.caller()))
                .texts("chain", matter.digest().chain());
        if (!attempt.claims().isEmpty()) {
            var claims = record.value("claims").object();
            new TreeMap<>(attempt.claims()).forEach(claims::string);
            claims.end();
        }
        var ground = matter.ground();
        ground.flatMap(Ground::consent)
                .ifPresent(consent -> record.string("consent", consent.id().text()));
        record.string("custody", custody).string("decision", matter.decision().text());
        if (!labels.isEmpty())
            record.texts(
                    "labels", new TreeSet<>(labels).stream().map(Name::text).toList());
        record.string("person", matter.digest().person());
        policy(record.value("policy"), matter.judged());
        ground.ifPresent(found -> record.string("purpose", found.task().purpose()));
        reason.ifPresent(code -> record.string("reason", code));
        ground.ifPresent(found -> record.written("scope", found.scope()));
        if (!matter.digest().task().isEmpty())
            record.string("task", matter.digest().task());
        record.string("verdict", verdict)
                .integer("witnessed", witnessed.applyAsLong(attempt.caller().tenant()));
        record.side("action", matter.digest().bytes())
                .side("payload", matter.payload().bytes());
        matter.asked().ifPresent(asked -> record.side("question", asked.text()));
        return record.draft();
    }

    private static void policy(CanonicalWriter out, Judged judged) {
        out.object()
                .string("bundle", judged.bundle())
                .texts("determining", judged.determining())
                .name("errors")
                .array();
        for (var error : judged.errors())
            out.object()
                    .string("policy", error.policy())
                    .string("reason", error.reason())
                    .end();
        out.end().end();
    }

    private static String binding(Caller caller) {
        return switch (caller) {
            case Caller.OfAgent agent -> agent.binding();
            case Caller.OfPerson person -> person.proof();
        };
    }

    private Json.ObjectBuilder common(String kind, Instant now, Name tenant) {
        return Json.object()
                .put("v", VERSION)
                .put("kind", RecordKinds.known(kind))
                .put("id", ids.next("rec").text())
                .put("time", time(now))
                .put("tenant", tenant.text())
                .put("node", node.text());
    }

    private static Told sealed(Json.ObjectBuilder record, Map<String, byte[]> side) {
        return new Told(record.build(), Map.copyOf(side));
    }

    /** RFC 3339 in UTC with microseconds, always of the same length, so that text order is time order. */
    static String time(Instant instant) {
        return RecordTime.of(instant);
    }
}
