package dev.writ.guard;

import dev.writ.base.Name;
import dev.writ.policy.Entity;
import dev.writ.policy.Facts;
import dev.writ.policy.Question;
import dev.writ.policy.ToolAction;
import dev.writ.policy.Uid;
import dev.writ.policy.Value;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns an agent's standing and an action into the question that policy is asked; every fact is ours, none the agent's. */
final class Questions {
    private Questions() {}

    static Question call(Standing standing, World.Callable callable, Value.Record input) {
        var context = facts(standing, standing.consented(callable));
        context.put(Facts.INPUT, input);
        var tool = callable.tool();
        return new Question(
                World.Uids.agent(standing.agent().name()),
                ToolAction.uid(tool.server(), tool.name().text()),
                World.Uids.tool(tool.server(), tool.name()),
                Value.Record.of(context),
                standing.world().entities());
    }

    /** The question whether some arguments could be permitted; the input is left out because it is not known. */
    static Question anyCall(Standing standing, World.Callable callable) {
        return call(standing, callable, Value.Record.EMPTY);
    }

    static Question server(Standing standing) {
        return onServer(
                standing, "server:discover", World.Uids.server(standing.server().name()), List.of());
    }

    static Question resource(Standing standing, String uri) {
        var server = standing.server().name();
        var uid = World.Uids.resource(server, uri);
        var attributes = Value.Record.of(Map.of("uri", new Value.Str(uri), "data", Value.Set.EMPTY));
        return onServer(standing, "resource:read", uid, List.of(leaf(uid, attributes, server)));
    }

    static Question prompt(Standing standing, String prompt) {
        var server = standing.server().name();
        var uid = World.Uids.prompt(server, prompt);
        return onServer(standing, "prompt:get", uid, List.of(leaf(uid, Value.Record.EMPTY, server)));
    }

    /** Whether the client may answer what a server asks of it; approvals and consent play no part in it. */
    static Question answer(Standing standing, String method) {
        var context = Value.Record.of(Map.of(
                "now", new Value.DateTime(standing.now().toEpochMilli()),
                "task", task(standing),
                "method", new Value.Str(method)));
        return new Question(
                World.Uids.agent(standing.agent().name()),
                new Uid("Writ::Action", "server:request"),
                World.Uids.server(standing.server().name()),
                context,
                standing.world().entities());
    }

    static Question administer(Uid person, String operation, Instant now, World world) {
        var context = Value.Record.of(
                Map.of("now", new Value.DateTime(now.toEpochMilli()), "operation", new Value.Str(operation)));
        return new Question(person, new Uid("Writ::Action", "administer"), World.CONSOLE, context, world.entities());
    }

    /** The same question with other approvals and consent, which is all that an approval can change. */
    static Question with(Question question, Set<Name> approvals, boolean consented) {
        var groups = Value.Set.ofEntities(approvals.stream()
                .map(name -> new Uid(Facts.GROUP, name.text()))
                .toList());
        return question.withContext(
                question.context().with(Facts.APPROVALS, groups).with(Facts.CONSENTED, Value.Bool.of(consented)));
    }

    private static Question onServer(Standing standing, String action, Uid resource, List<Entity> more) {
        return new Question(
                World.Uids.agent(standing.agent().name()),
                new Uid("Writ::Action", action),
                resource,
                Value.Record.of(facts(standing, standing.consented())),
                more.isEmpty()
                        ? standing.world().entities()
                        : standing.world().entities().with(more));
    }

    private static Entity leaf(Uid uid, Value.Record attributes, Name server) {
        return Entity.of(uid, attributes, Set.of(World.Uids.server(server)));
    }

    private static Map<String, Value> facts(Standing standing, boolean consented) {
        var facts = new HashMap<String, Value>(16);
        facts.put("now", new Value.DateTime(standing.now().toEpochMilli()));
        facts.put("task", task(standing));
        facts.put(Facts.APPROVALS, Value.Set.EMPTY);
        facts.put(Facts.CONSENTED, Value.Bool.of(consented));
        facts.put("caller", new Value.Str("direct"));
        facts.put("binding", new Value.Str(standing.caller().binding()));
        facts.put("depth", new Value.Long(0));
        facts.put("modelOutput", new Value.Str("unseen"));
        facts.put("untrustedInputs", Value.Set.EMPTY);
        return facts;
    }

    private static Value task(Standing standing) {
        var task = standing.task();
        return Value.Record.of(Map.of(
                "purpose", new Value.Str(task.purpose()),
                "person", new Value.Entity(World.Uids.person(task.person())),
                "data", World.Uids.labels(task.scope().data()),
                "labels", World.Uids.labels(task.labels()),
                "expires", new Value.DateTime(task.deadline().toEpochMilli())));
    }
}
