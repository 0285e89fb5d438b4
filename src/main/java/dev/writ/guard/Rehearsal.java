package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.policy.Arguments;
import dev.writ.policy.Decision;
import dev.writ.registry.Tool;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Decides a call without making it: the same standing, schema and policies, but no record, no charge, no approval. */
public final class Rehearsal {
    private static final Id NO_KEY = new Id("key_00000000000000000000000000");

    private final Standings standings;
    private final AgentAdmission agents;
    private final Policies policies;
    private final InstantSource clock;

    Rehearsal(Standings standings, AgentAdmission agents, Policies policies, InstantSource clock) {
        this.standings = standings;
        this.agents = agents;
        this.policies = policies;
        this.clock = clock;
    }

    /**
     * What the verdict would be.
     *
     * @param verdict {@code allow}, {@code ask}, {@code deny} or {@code absent}
     * @param of the smallest sets of groups whose yes would suffice
     */
    public record Foretold(String verdict, List<String> policies, List<Set<String>> of, String why) {
        public Foretold {
            policies = List.copyOf(policies);
            of = List.copyOf(of);
        }
    }

    public Foretold call(Name tenant, Name agent, Id task, Name server, String tool, Json.Obj input) {
        var caller = new Caller.OfAgent(tenant, agent, task, NO_KEY, "none");
        return switch (standings.of(caller, server, clock.instant())) {
            case Standings.Found.No(Refusal.Absent _, var _) ->
                absent("the server is not there, not approved or not in the task's scope");
            case Standings.Found.No(var reason, var _) -> deny(why(reason));
            case Standings.Found.Yes(var standing) -> call(standing, server, tool, input);
        };
    }

    private Foretold call(Standing standing, Name server, String tool, Json.Obj input) {
        var found = standing.world().callable(server, tool);
        if (found.isEmpty()) return absent("the tool is not approved");
        var callable = found.get();
        if (!agents.visible(standing, callable))
            return absent("the tool is outside the task's scope, or no arguments of it could be permitted");
        if (callable.tool().state() == Tool.State.QUARANTINED)
            return deny("the tool's definition is not the one that was approved");
        if (callable.tool().state() != Tool.State.APPROVED) return absent("the server does not list the tool");
        var violation = callable.schema().violation(input);
        if (violation.isPresent()) return deny("the arguments break the tool's schema: " + violation.get());
        return switch (callable.action().arguments(input)) {
            case Arguments.Refused(var argument, var reason) -> deny("argument " + argument + ": " + reason);
            case Arguments.Typed(var typed, var _) ->
                policies.current(standing.tenant())
                        .map(live -> foretold(live.set().decide(Questions.call(standing, callable, typed))))
                        .orElseGet(() -> deny("no policy set is in force"));
        };
    }

    private static Foretold foretold(Decision decision) {
        return switch (decision) {
            case Decision.Allow allow -> new Foretold("allow", allow.determining(), List.of(), "policy permits it");
            case Decision.Ask ask ->
                new Foretold(
                        "ask",
                        ask.determining(),
                        ask.of(),
                        ask.consent() ? "it is outside the task's consent" : "people must approve it first");
            case Decision.Deny deny ->
                new Foretold(
                        "deny", deny.determining(), List.of(), deny.reason().text());
        };
    }

    private static String why(Refusal.Reason reason) {
        return switch (reason) {
            case Refusal.NotAllowed(var why) -> why;
            case Refusal.TaskEnded ended -> "the task has ended (" + ended.how() + ")";
            default -> reason.code();
        };
    }

    private static Foretold absent(String why) {
        return new Foretold("absent", List.of(), List.of(), why);
    }

    private static Foretold deny(String why) {
        return new Foretold("deny", List.of(), List.of(), why);
    }
}
