package dev.writ.guard;

import dev.writ.authority.Task;
import dev.writ.base.Name;
import dev.writ.policy.Entity;
import dev.writ.policy.Facts;
import dev.writ.policy.Question;
import dev.writ.policy.Uid;
import dev.writ.policy.Value;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns an agent's standing and an action into the question that policy is asked; every fact is ours, none the agent's. */
final class Questions {
    private Questions() {}

    static Question call(Standing standing, World.Callable callable, Value.Record input) {
        return call(
                standing, callable, standing.dossier().tool(standing, callable).consented(), input);
    }

    static Question call(Standing standing, World.Callable callable, boolean consented, Value.Record input) {
        var context = facts(standing, consented).put(Facts.INPUT, input).build();
        return new Question(
                World.Uids.agent(standing.agent().name()),
                callable.uid(),
                callable.resource(),
                context,
                standing.world().entities());
    }

    /** The question whether some arguments could be permitted; the input is left out because it is not known. */
    static Question anyCall(Standing standing, World.Callable callable) {
        return call(standing, callable, Value.Record.EMPTY);
    }

    /** The question about something on a server that is not a call of a tool. */
    static Question other(Standing standing, Action.OnServer action) {
        return switch (action) {
            case Action.ReadResource read -> resource(standing, read.uri());
            case Action.GetPrompt get -> prompt(standing, get.prompt());
            case Action.Complete complete ->
                complete.ofPrompt() ? prompt(standing, complete.ref()) : resource(standing, complete.ref());
            case Action.AnswerServer answer -> answer(standing, answer.method());
            case Action.DiscoverServer _,
                    Action.ListItems _,
                    Action.Listen _,
                    Action.SetLogLevel _,
                    Action.UseCredential _,
                    Action.FetchServerMetadata _,
                    Action.MintToken _ -> server(standing);
            case Action.CallTool _ -> throw new IllegalArgumentException("a call has arguments");
        };
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
                Facts.NOW,
                new Value.DateTime(standing.now().toEpochMilli()),
                "task",
                standing.dossier().facts(),
                "method",
                new Value.Str(method)));
        return new Question(
                World.Uids.agent(standing.agent().name()),
                new Uid("Writ::Action", "server:request"),
                World.Uids.server(standing.server().name()),
                context,
                standing.world().entities());
    }

    static Question administer(Uid person, String operation, Instant now, World world) {
        var context = Value.Record.of(
                Map.of(Facts.NOW, new Value.DateTime(now.toEpochMilli()), "operation", new Value.Str(operation)));
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
                facts(standing, standing.consented()).build(),
                more.isEmpty()
                        ? standing.world().entities()
                        : standing.world().entities().with(more));
    }

    private static Entity leaf(Uid uid, Value.Record attributes, Name server) {
        return Entity.of(uid, attributes, Set.of(World.Uids.server(server)));
    }

    private static final Value DIRECT = new Value.Str("direct");
    private static final Value UNSEEN = new Value.Str("unseen");

    private static Value.Record.Builder facts(Standing standing, boolean consented) {
        return Value.Record.builder()
                .put(Facts.NOW, new Value.DateTime(standing.now().toEpochMilli()))
                .put("task", standing.dossier().facts())
                .put(Facts.APPROVALS, Value.Set.EMPTY)
                .put(Facts.CONSENTED, Value.Bool.of(consented))
                .put("caller", DIRECT)
                .put("binding", new Value.Str(standing.caller().binding()))
                .put("depth", new Value.Long(standing.task().depth()))
                .put("modelOutput", UNSEEN)
                .put("untrustedInputs", Value.Set.EMPTY);
    }

    /** Whether an agent may pass on to another one at all; approvals and consent play no part in it. */
    static Question delegate(Under under, Action.Delegate wanted) {
        var context = Value.Record.of(Map.of(
                Facts.NOW,
                new Value.DateTime(under.now().toEpochMilli()),
                "task",
                task(under.task(), under.agents()),
                "binding",
                new Value.Str(under.caller().binding()),
                "depth",
                new Value.Long(under.task().depth()),
                "calls",
                new Value.Long(wanted.part().calls())));
        return new Question(
                World.Uids.agent(under.agent().name()),
                new Uid("Writ::Action", "task:delegate"),
                World.Uids.agent(wanted.part().agent()),
                context,
                under.world().entities());
    }

    /**
     * The task as policies see it.
     *
     * @param agents those through whom it came
     */
    static Value.Record task(Task task, List<Name> agents) {
        return Value.Record.of(Map.of(
                "chain",
                        Value.Set.ofEntities(
                                agents.stream().map(World.Uids::agent).toList()),
                "origin", new Value.Str(task.origin().word()),
                "purpose", new Value.Str(task.purpose()),
                "person", new Value.Entity(World.Uids.person(task.person())),
                "data", World.Uids.labels(task.scope().data()),
                "labels", World.Uids.labels(task.labels()),
                "expires", new Value.DateTime(task.deadline().toEpochMilli())));
    }
}
