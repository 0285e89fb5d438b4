package dev.writ.guard;

import dev.writ.base.Canonical;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.policy.PolicyError;
import dev.writ.policy.Question;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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

    /** @param custody {@code separate}, or {@code shared-user} where agents run as the same system user as we do */
    Evidence(Name node, Ids ids, String custody) {
        this.node = node;
        this.ids = ids;
        this.custody = custody;
    }

    /** A record and the values it commits to. */
    record Draft(Id id, Json.Obj record, Map<String, byte[]> side) {}

    /** Everything about one attempt that its record tells. */
    record Matter(
            Id decision,
            Instant now,
            Attempt attempt,
            ActionDigest digest,
            Optional<Standing> standing,
            Optional<Question> question,
            Judged judged) {}

    /** What policy said: {@code bundle} is the digest of the text that decided. */
    record Judged(String bundle, List<String> determining, List<PolicyError> errors) {
        static final Judged NOT = new Judged("", List.of(), List.of());
    }

    /** An approval that an intent used up; {@code record} is the one by which it was given. */
    record Used(Id approval, Id record, Set<Name> groups, Set<String> proofs) {}

    Draft intent(Matter matter, Optional<Used> used) {
        var record = about("intent", "permit", matter);
        var approvals = new ArrayList<Json>();
        used.ifPresent(approval -> approvals.add(Json.object()
                .put("approval", approval.approval().text())
                .put("record", approval.record().text())
                .put(
                        "groups",
                        new TreeSet<>(approval.groups())
                                .stream().map(Name::text).toList())
                .put("proofs", new TreeSet<>(approval.proofs()))
                .build()));
        record.put("approvals", new Json.Arr(approvals));
        return sealed(record, side(matter));
    }

    Draft refusal(Matter matter, Refusal.Reason reason) {
        return sealed(about("refusal", "deny", matter).put("reason", reason.code()), side(matter));
    }

    /**
     * Refusals like an earlier one, counted. The values that were judged stand with the first; those of the others, which
     * may differ where a quota was used up, were not kept.
     *
     * @param like the record of the first
     * @param decision of this record's own, so that it can be found like any other
     */
    Draft refusals(Json.Obj like, Id decision, Instant now, long count, Instant from, Instant to) {
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
        return sealed(about("hold", "hold", matter).put("approval", approval.text()), side(matter));
    }

    Draft outcome(Permit permit, Outcome outcome, Instant now) {
        var record = common("outcome", now, permit.attempt().caller().tenant())
                .put("intent", permit.intent().text())
                .put("decision", permit.decision().text())
                .put("status", outcome.status().code())
                .put("peer", outcome.peer())
                .put("sentBytes", outcome.sentBytes())
                .put("answerBytes", outcome.answerBytes())
                .put("detail", outcome.detail());
        var side = new HashMap<String, byte[]>();
        // The answer's digest is of text that could be guessed, so the leaf commits to it with a salt.
        outcome.answer().ifPresent(digest -> side.put("answer", digest.bytes()));
        return sealed(record, side);
    }

    /** The outcome of an intent that a crash left open. */
    Draft indeterminate(Name tenant, Id intent, Optional<String> decision, Instant now) {
        var record = common("outcome", now, tenant)
                .put("intent", intent.text())
                .put("decision", decision)
                .put("status", Outcome.Status.INDETERMINATE.code())
                .put("detail", "the process ended before the outcome was recorded");
        return sealed(record, Map.of());
    }

    /** A transition of state: {@code kind} is approval, task, consent, revocation, definition-pin and the like. */
    Draft transition(String kind, String event, Name tenant, Instant now, Json.Obj members) {
        var record = common(kind, now, tenant).put("event", event);
        members.members().forEach(record::put);
        return sealed(record, Map.of());
    }

    /** A person's change, or our own; {@code by} says on whose decision. */
    Draft transition(Transition transition, Name tenant, Instant now, Json.Obj by) {
        var record = common(transition.kind(), now, tenant).put("event", transition.event());
        by.members().forEach(record::put);
        transition.members().members().forEach(record::put);
        return sealed(record, transition.side());
    }

    private Json.ObjectBuilder about(String kind, String verdict, Matter matter) {
        var attempt = matter.attempt();
        var record = common(kind, matter.now(), attempt.caller().tenant())
                .put("decision", matter.decision().text())
                .put("verdict", verdict)
                .put("action", action(attempt.action()))
                .put("chain", matter.digest().chain())
                .put("person", matter.digest().person())
                .put("binding", binding(attempt.caller()))
                .put("custody", custody)
                .put("witnessed", 0)
                .put("policy", policy(matter.judged()));
        if (!matter.digest().agent().isEmpty())
            record.put("agent", matter.digest().agent());
        if (!matter.digest().task().isEmpty())
            record.put("task", matter.digest().task());
        matter.standing().ifPresent(standing -> {
            record.put("purpose", standing.task().purpose()).put("scope", scope(standing));
            standing.consent()
                    .ifPresent(consent -> record.put("consent", consent.id().text()));
        });
        if (!attempt.claims().isEmpty()) {
            var claims = Json.object();
            attempt.claims().forEach(claims::put);
            record.put("claims", claims.build());
        }
        return record;
    }

    private static Json.Obj action(Action action) {
        var json = Json.object().put("kind", action.kind()).put("target", action.target());
        if (action instanceof Action.Administer administer) json.put("operation", administer.operation());
        return json.build();
    }

    private static Json.Obj scope(Standing standing) {
        return standing.task()
                .scope()
                .json()
                .with("calls", Json.of(standing.task().callBudget()))
                .with("until", Json.of(time(standing.task().deadline())));
    }

    private static String binding(Caller caller) {
        return switch (caller) {
            case Caller.OfAgent agent -> agent.binding();
            case Caller.OfPerson person -> person.proof();
        };
    }

    private static Json.Obj policy(Judged judged) {
        var errors = new ArrayList<Json>();
        for (var error : judged.errors())
            errors.add(Json.object()
                    .put("policy", error.policy())
                    .put("reason", error.reason())
                    .build());
        return Json.object()
                .put("bundle", judged.bundle())
                .put("determining", judged.determining())
                .put("errors", new Json.Arr(errors))
                .build();
    }

    private static Map<String, byte[]> side(Matter matter) {
        var side = new HashMap<String, byte[]>();
        side.put("action", matter.digest().bytes());
        side.put("payload", matter.attempt().action().payloadBytes());
        matter.question().ifPresent(question -> side.put("question", Canonical.bytes(QuestionJson.of(question))));
        return side;
    }

    private Json.ObjectBuilder common(String kind, Instant now, Name tenant) {
        return Json.object()
                .put("v", VERSION)
                .put("kind", kind)
                .put("id", ids.next("rec").text())
                .put("time", time(now))
                .put("tenant", tenant.text())
                .put("node", node.text());
    }

    private static Draft sealed(Json.ObjectBuilder record, Map<String, byte[]> side) {
        var built = record.build();
        return new Draft(new Id(built.string("id").orElseThrow()), built, Map.copyOf(side));
    }

    /** RFC 3339 in UTC with microseconds, always of the same length, so that text order is time order. */
    static String time(Instant instant) {
        return MICROS.format(instant.truncatedTo(ChronoUnit.MICROS));
    }

    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(java.time.ZoneOffset.UTC);
}
