package dev.writ.gateway.mcp;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Held;
import dev.writ.guard.Refusal;
import dev.writ.guard.TaskBrief;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a model reads when a call does not go through: a tool result with {@code isError} and text blocks only, at HTTP
 * 200, because every client shows exactly that to its model. The first line has at most {@value #FIRST_LINE_CHARS_MAX}
 * characters, since people see little more. The last block and {@code _meta["dev.writ/decision"]} say the same to
 * programs.
 */
final class Denials {
    static final int FIRST_LINE_CHARS_MAX = 100;
    static final String META = "dev.writ/decision";
    private static final String WELL_FORMED =
            "The arguments are well-formed; do not retry unchanged, split the action, or use"
                    + " another tool to get around this.";

    private Denials() {}

    /** The result of a call that was refused; {@code tool} is a name the caller knows. */
    static Json.Obj refused(String tool, Refusal refusal) {
        var brief = refusal.standing();
        var machine = machine(refusal.reason().code(), refusal.decision().text());
        return switch (refusal.reason()) {
            case Refusal.ByPolicy(var policies, var why) ->
                result(
                        "DENIED " + tool + ": "
                                + (policies.isEmpty() ? "no policy permits it" : "policy " + policies.getFirst()),
                        List.of(
                                "Why: " + why + about(brief, refusal),
                                WELL_FORMED,
                                "Tell the user in one sentence what was blocked; the owner of the policy can change it."),
                        machine);
            case Refusal.Quarantined() ->
                result(
                        "QUARANTINED " + tool + ": its definition changed and awaits approval",
                        List.of(
                                "Why: the server now offers another definition than the one that was approved"
                                        + about(brief, refusal),
                                "Do not retry and do not use another tool to get around this.",
                                "Tell the user in one sentence that the tool changed and must be approved again."),
                        machine);
            case Refusal.BadArguments(var why) ->
                result(
                        "DENIED " + tool + ": the arguments do not fit the tool",
                        List.of(
                                "Why: " + Visible.text(why, 400) + about(brief, refusal),
                                "Correct the arguments and call again."),
                        machine);
            case Refusal.TaskEnded(var how, var by, var when, var why) ->
                result(
                        how.toUpperCase(java.util.Locale.ROOT)
                                + by.map(name -> " by " + Visible.text(name, 40))
                                        .orElse("") + " at " + time(when) + ": stop and tell the user",
                        List.of(
                                "Why: the task has ended" + (why.isEmpty() ? "" : ": " + Visible.text(why, 200))
                                        + about(brief, refusal),
                                "No call of this task goes through any more."),
                        machine);
            case Refusal.Suspended(var by, var when, var why) ->
                result(
                        "SUSPENDED"
                                + by.map(name -> " by " + Visible.text(name, 40))
                                        .orElse("") + " at " + time(when) + ": stop and tell the user",
                        List.of(
                                "Why: no agent may act now: " + Visible.text(why, 200) + about(brief, refusal),
                                "No call goes through until a person lets the agents act again."),
                        machine);
            case Refusal.NotPassedOn(var _, var why) ->
                result("DENIED " + tool, List.of("Why: " + Visible.text(why, 200) + about(brief, refusal)), machine);
            case Refusal.NoEmergency(var why) ->
                result("DENIED " + tool, List.of("Why: " + Visible.text(why, 200) + about(brief, refusal)), machine);
            case Refusal.BudgetSpent(var calls) ->
                result(
                        "DENIED " + tool + ": this task's budget of " + calls + " calls is used up",
                        List.of(
                                "Why: the budget was set when the task was opened" + about(brief, refusal),
                                WELL_FORMED,
                                "Tell the user in one sentence that the task needs a new budget."),
                        machine);
            case Refusal.ByPerson(var approval, var by, var why) ->
                result(
                        "REFUSED by " + Visible.text(by, 40) + " (approval " + approval.brief() + ")",
                        List.of(
                                "Why: " + (why.isEmpty() ? "no reason given" : "\"" + Visible.text(why, 200) + "\"")
                                        + about(brief, refusal),
                                "This is final for these arguments. " + WELL_FORMED),
                        machine);
            case Refusal.Unavailable(var what) ->
                result(
                        "TEMPORARILY BLOCKED " + tool + ": safe to retry in 30 s",
                        List.of("Why: " + what + "; nothing was done" + about(brief, refusal)),
                        machine);
            case Refusal.NotAllowed(var why) ->
                result("DENIED " + tool, List.of("Why: " + Visible.text(why, 200) + about(brief, refusal)), machine);
            case Refusal.Absent _ ->
                throw new IllegalArgumentException("an absent tool is answered as one that does not exist");
        };
    }

    /** The result of a call that waits for a person. */
    static Json.Obj pending(String tool, Held held) {
        var id = held.approval().brief();
        var machine = machine("pending", held.decision().text())
                .with("approval", Json.of(held.approval().text()))
                .with("retry", Json.of("after_approval"));
        var lines = new ArrayList<String>();
        lines.add("Why: " + policies(held.policies()) + " asks for a yes of " + groups(held.of())
                + about(held.standing(), held.decision().text()));
        held.note().ifPresent(note -> lines.add("Note: " + Visible.text(note, 200)));
        lines.add(
                "Approve on the command line: writ approval approve " + id + " (until " + time(held.expires()) + ").");
        lines.add("After the yes, call " + tool + " again with exactly these arguments; it goes through once. "
                + WELL_FORMED);
        lines.add("Tell the user in one sentence what waits and who can approve it.");
        return result("PENDING approval " + id + ": " + tool + " needs a yes of " + groups(held.of()), lines, machine);
    }

    /** The result of a call whose server asks the client for something that it may not be asked for. */
    static Json.Obj asking(String tool, String method, Refusal refusal) {
        return result(
                "DENIED " + tool + ": its server may not ask for " + method,
                List.of(
                        "Why: " + Visible.text(line(refusal), 200) + about(refusal.standing(), refusal),
                        "The call reached the server, which wants this before it goes on; it may have done a part of it.",
                        "Tell the user in one sentence what the server asked for; the owner of the policy can allow it."),
                machine(refusal.reason().code(), refusal.decision().text()));
    }

    /** The result of a permitted call to a server that its person has not connected, or not for this much. */
    static Json.Obj unconnected(String tool, Name server, String link, Id decision) {
        var machine = Json.object()
                .put("decision", decision.text())
                .put("verdict", "unconnected")
                .put("connect", link)
                .build();
        return result(
                "PENDING " + tool + ": a person must connect " + server + " first",
                List.of(
                        "Why: the server wants a token of the person whom this task is for, and only that person can"
                                + " get it (decision " + decision.text() + ").",
                        "The person opens " + link + " in a browser, signed in to Writ, and agrees there.",
                        "Nothing was done. Give the user the link; the identical call goes through afterwards. Never ask"
                                + " for a password or a token yourself."),
                machine);
    }

    /** The result of a permitted call to which the server gave no answer. */
    static Json.Obj failed(String tool, boolean sent, String why) {
        var machine = Json.object().put("verdict", "failed").put("sent", sent).build();
        return result(
                "FAILED " + tool
                        + (sent
                                ? ": the server gave no answer; the effect is unknown"
                                : ": the server was not reached"),
                List.of(
                        "Why: " + Visible.text(why, 300) + ".",
                        sent
                                ? "The call may have taken effect: look before you call again."
                                : "Nothing was done; the same call may be made again later."),
                machine);
    }

    /** One line for requests whose answers are not shown to a model. */
    static String line(Refusal refusal) {
        return switch (refusal.reason()) {
            case Refusal.Absent _ -> "Method not found";
            case Refusal.TaskEnded(var how, var _, var _, var _) -> "the task has ended (" + how + ")";
            case Refusal.Unavailable(var what) -> "TEMPORARILY BLOCKED: " + what + "; safe to retry";
            case Refusal.ByPolicy(var _, var why) -> "DENIED: " + why;
            case Refusal.NotAllowed(var why) -> "DENIED: " + why;
            case Refusal.BadArguments(var why) -> "DENIED: " + why;
            case Refusal.Suspended _ -> "SUSPENDED: no agent may act now";
            case Refusal.NotPassedOn(var _, var why) -> "DENIED: " + why;
            case Refusal.NoEmergency(var why) -> "DENIED: " + why;
            case Refusal.BudgetSpent _ -> "DENIED: the task's budget is used up";
            case Refusal.Quarantined _ -> "QUARANTINED";
            case Refusal.ByPerson _ -> "REFUSED";
        };
    }

    private static Json.Obj result(String firstLine, List<String> lines, Json.Obj machine) {
        var text = cut(firstLine) + "\n" + String.join("\n", lines);
        return Json.object()
                .put(
                        "content",
                        new Json.Arr(List.of(
                                block(text),
                                block(Json.object().put("writ", machine).build().text()))))
                .put("isError", true)
                .put("_meta", Json.object().put(META, machine).build())
                .build();
    }

    private static Json block(String text) {
        return Json.object().put("type", "text").put("text", text).build();
    }

    private static Json.Obj machine(String verdict, String decision) {
        return Json.object().put("decision", decision).put("verdict", verdict).build();
    }

    private static String about(java.util.Optional<TaskBrief> brief, Refusal refusal) {
        var decision = refusal.decision().text();
        return brief.map(known -> about(known, decision)).orElse(" (decision " + decision + ").");
    }

    private static String about(TaskBrief brief, String decision) {
        return " (task " + brief.task().brief() + " \"" + Visible.text(brief.purpose(), 60) + "\" for "
                + Visible.text(brief.person(), 40) + ", agent " + brief.agent() + " of "
                + Visible.text(brief.owner(), 40) + ", decision "
                + decision + ").";
    }

    private static String policies(List<String> policies) {
        return policies.isEmpty() ? "policy" : "policy " + String.join(", ", policies);
    }

    private static String groups(List<Set<String>> of) {
        return of.stream()
                .map(set -> set.stream().sorted().collect(Collectors.joining(" and ")))
                .collect(Collectors.joining(", or "));
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String cut(String line) {
        return line.length() <= FIRST_LINE_CHARS_MAX ? line : line.substring(0, FIRST_LINE_CHARS_MAX - 1) + "…";
    }
}
