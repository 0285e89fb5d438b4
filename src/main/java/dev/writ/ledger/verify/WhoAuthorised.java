package dev.writ.ledger.verify;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who authorised an action, answered from log records alone. People appear as the log knows them, by pseudonym. The
 * records must have been verified before; this reads, it does not check.
 */
public final class WhoAuthorised {
    private static final int TEXT_CHARS_MAX = 300;

    private WhoAuthorised() {}

    /** An approval that the decision rests on. */
    public record Approval(String approval, String group, String by, String proof, String time) {}

    /**
     * The answer; an empty text is something the record does not tell.
     *
     * @param outcome done, failed, indeterminate, or open when no outcome is recorded
     */
    public record Answer(
            String sentence,
            String record,
            String decision,
            String verdict,
            String reason,
            String time,
            String action,
            String target,
            String person,
            String agent,
            List<String> chain,
            String task,
            String purpose,
            Json.Obj scope,
            List<String> policies,
            String bundle,
            String consent,
            List<Approval> approvals,
            String outcome,
            String outcomeTime) {
        public Json.Obj json() {
            var given = new ArrayList<Json>();
            for (var a : approvals)
                given.add(Json.object()
                        .put("approval", a.approval)
                        .put("group", a.group)
                        .put("by", a.by)
                        .put("proof", a.proof)
                        .put("time", a.time)
                        .build());
            return Json.object()
                    .put("sentence", sentence)
                    .put("record", record)
                    .put("decision", decision)
                    .put("verdict", verdict)
                    .put("reason", reason)
                    .put("time", time)
                    .put("action", action)
                    .put("target", target)
                    .put("person", person)
                    .put("agent", agent)
                    .put("chain", chain)
                    .put("task", task)
                    .put("purpose", purpose)
                    .put("scope", scope)
                    .put("policies", policies)
                    .put("bundle", bundle)
                    .put("consent", consent)
                    .put("approvals", new Json.Arr(given))
                    .put("outcome", outcome)
                    .put("outcomeTime", outcomeTime)
                    .build();
        }
    }

    /**
     * @param records records of one log in order, at least those of the decision and what it cites
     * @param subject the id of a decision ({@code dec_…}) or of its intent, refusal or hold ({@code rec_…})
     */
    public static Optional<Answer> whoAuthorised(List<Json.Obj> records, String subject) {
        var decided = records.stream()
                .filter(r -> List.of("intent", "refusal", "hold").contains(text(r, "kind")))
                .filter(r ->
                        text(r, "id").equals(subject) || text(r, "decision").equals(subject))
                .reduce((first, last) -> last); // held first and then permitted: the last word counts
        return decided.map(record -> answer(records, record));
    }

    private static Answer answer(List<Json.Obj> records, Json.Obj record) {
        var outcome = records.stream()
                .filter(r ->
                        text(r, "kind").equals("outcome") && text(r, "intent").equals(text(record, "id")))
                .findFirst();
        var action = record.object("action").orElse(Json.Obj.EMPTY);
        var policy = record.object("policy").orElse(Json.Obj.EMPTY);
        var told = new Answer(
                "",
                text(record, "id"),
                text(record, "decision"),
                text(record, "verdict"),
                text(record, "reason"),
                text(record, "time"),
                text(action, "kind"),
                text(action, "target"),
                text(record, "person"),
                text(record, "agent"),
                record.strings("chain"),
                text(record, "task"),
                text(record, "purpose"),
                record.object("scope").orElse(Json.Obj.EMPTY),
                policy.strings("determining"),
                text(policy, "bundle"),
                text(record, "consent"),
                approvals(records, record),
                text(record, "kind").equals("intent")
                        ? outcome.map(o -> text(o, "status")).orElse("open")
                        : "none",
                outcome.map(o -> text(o, "time")).orElse(""));
        return withSentence(told);
    }

    private static List<Approval> approvals(List<Json.Obj> records, Json.Obj record) {
        var given = new ArrayList<Approval>();
        for (var item : record.array("approvals").map(Json.Arr::items).orElse(List.of()))
            if (item instanceof Json.Obj cited)
                records.stream()
                        .filter(r -> text(r, "kind").equals("approval")
                                && text(r, "event").equals("approved")
                                && text(r, "approval").equals(text(cited, "approval")))
                        .forEach(r -> given.add(new Approval(
                                text(r, "approval"), groups(r), text(r, "by"), text(r, "proof"), text(r, "time"))));
        return List.copyOf(given);
    }

    /** The groups that a vote counts for, in words. */
    private static String groups(Json.Obj vote) {
        var groups = vote.strings("groups");
        return groups.isEmpty() ? text(vote, "group") : String.join(" and ", groups);
    }

    private static Answer withSentence(Answer a) {
        var said = new StringBuilder(a.time).append(": ");
        said.append(a.action.isEmpty() ? "an action" : a.action).append(a.target.isEmpty() ? "" : " " + a.target);
        said.append(
                switch (a.verdict) {
                    case "permit" -> " was permitted";
                    case "hold" -> " was held";
                    default -> " was refused" + (a.reason.isEmpty() ? "" : " (" + a.reason + ")");
                });
        if (a.agent.isEmpty()) said.append(" to ").append(a.person);
        else
            said.append(" to agent ")
                    .append(a.agent)
                    .append(" for ")
                    .append(a.person)
                    .append(" under task ")
                    .append(a.task)
                    .append(" (")
                    .append(a.purpose)
                    .append(")");
        said.append(a.policies.isEmpty() ? ", by no policy" : ", by policy " + String.join(", ", a.policies));
        if (!a.bundle.isEmpty()) said.append(" of bundle ").append(a.bundle);
        if (!a.approvals.isEmpty())
            said.append(", approved by ")
                    .append(a.approvals.stream()
                            .map(p -> p.by + " of " + p.group + " with " + p.proof + " at " + p.time)
                            .collect(Collectors.joining(" and ")));
        if (a.verdict.equals("permit")) said.append("; outcome: ").append(a.outcome);
        return new Answer(
                Visible.text(said + ".", TEXT_CHARS_MAX * 4),
                a.record,
                a.decision,
                a.verdict,
                a.reason,
                a.time,
                a.action,
                a.target,
                a.person,
                a.agent,
                a.chain,
                a.task,
                a.purpose,
                a.scope,
                a.policies,
                a.bundle,
                a.consent,
                a.approvals,
                a.outcome,
                a.outcomeTime);
    }

    private static String text(Json.Obj record, String member) {
        return record.string(member).orElse("");
    }
}
