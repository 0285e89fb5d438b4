package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ task …}. */
@Command(description = "Tasks: what an agent may do, for whom, until when.")
final class TaskCommands {
    private static final String ID = "The task's id, or its last characters.";
    private static final Column[] FIELDS = {
        Column.at("TASK", "metadata.name"),
        Column.at("STATE", "status.state"),
        Column.at("AGENT", "spec.agent"),
        Column.at("FOR", "spec.person"),
        Column.at("PURPOSE", "spec.purpose"),
        Column.at("UNTIL", "spec.until")
    };

    private final Session session;

    TaskCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists tasks.")
    int list(
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description = "Only those in this state, for example open.")
                    Optional<String> state) {
        session.out().list(session.api().get(Api.Path.of("tasks").with("state", state)), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Shows a task with its scope and what was used of it.")
    int show(@Parameters(paramLabel = "TASK", description = ID) String id) {
        var task = session.api().get(Api.Path.of("tasks", id));
        session.out()
                .one(
                        task,
                        Column.at("TASK", "metadata.name"),
                        Column.at("STATE", "status.state"),
                        Column.at("END", "status.end"),
                        Column.at("AGENT", "spec.agent"),
                        Column.at("FOR", "spec.person"),
                        Column.at("PURPOSE", "spec.purpose"),
                        Column.at("SERVERS", "spec.scope.servers"),
                        Column.at("TOOLS", "spec.scope.tools"),
                        Column.at("CATEGORIES", "spec.scope.categories"),
                        Column.at("DATA CLASSES", "spec.scope.data"),
                        Column.at("CONSENT", "status.consent"),
                        Column.at("LABELS", "status.labels"),
                        Column.at("CALLS", "spec.calls"),
                        Column.at("CALLS USED", "status.callsUsed"),
                        Column.at("CALLS PASSED ON", "status.callsPassedOn"),
                        Column.at("UNTIL", "spec.until"));
        if (session.out().forPeople()) Chain.draw(task, session.out());
        return Exit.DONE;
    }

    @Command(description = "Passes a part of a task on to another agent; it ends with the task at the latest.")
    int delegate(
            @Parameters(paramLabel = "TASK", description = ID) String id,
            @Option(names = "--agent", required = true, paramLabel = "AGENT", description = "Who is to act.")
                    String agent,
            @Option(
                            names = "--calls",
                            required = true,
                            paramLabel = "N",
                            description = "How many of the task's calls; what is not used comes back.")
                    long calls,
            @Option(
                            names = "--server",
                            split = ",",
                            paramLabel = "SERVER",
                            description = "Only these of the task's servers.")
                    @Nullable
                    List<String> servers,
            @Option(
                            names = "--tool",
                            split = ",",
                            paramLabel = "SERVER/TOOL",
                            description = "Only these of the task's tools.")
                    @Nullable
                    List<String> tools,
            @Option(
                            names = "--category",
                            split = ",",
                            paramLabel = "NAME",
                            description = "Only these of the task's categories of tools.")
                    @Nullable
                    List<String> categories,
            @Option(
                            names = "--data-class",
                            split = ",",
                            paramLabel = "NAME",
                            description = "Only these of the task's classes of data.")
                    @Nullable
                    List<String> data,
            @Option(names = "--for", paramLabel = "TIME", description = "How long, for example 30m.")
                    Optional<String> duration,
            @Option(names = "--until", paramLabel = "TIME", description = "Until when, RFC 3339.")
                    Optional<String> until) {
        var scope = Json.object();
        if (servers != null) scope.put("servers", servers);
        if (tools != null) scope.put("tools", tools);
        if (categories != null) scope.put("categories", categories);
        if (data != null) scope.put("data", data);
        var body = Json.object()
                .put("agent", agent)
                .put("calls", calls)
                .put("scope", scope.build())
                .put("for", duration)
                .put("until", until);
        session.out().one(session.api().post(Api.Path.of("tasks", id, "delegations"), body.build()), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Opens a task: authority for one agent, in the name of one person.")
    int open(
            @Option(names = "--agent", required = true, paramLabel = "AGENT", description = "Who acts.") String agent,
            @Option(names = "--person", required = true, paramLabel = "PERSON", description = "In whose name.")
                    String person,
            @Option(names = "--purpose", required = true, paramLabel = "TEXT", description = "What for.")
                    String purpose,
            @Mixin Reach reach,
            @Option(names = "--calls", paramLabel = "N", description = "How many calls at most.") Optional<Long> calls,
            @Option(names = "--for", paramLabel = "TIME", description = "How long, for example 8h or 30m.")
                    Optional<String> duration,
            @Option(names = "--until", paramLabel = "TIME", description = "Until when, RFC 3339.")
                    Optional<String> until) {
        if (duration.isPresent() == until.isPresent())
            throw CliError.usage("a task ends: give either --for or --until", "for example --for 8h");
        var spec = spec(agent, person, purpose, reach.scope());
        calls.ifPresent(n -> spec.put("calls", n));
        spec.put("for", duration).put("until", until);
        var opened = session.api().post(Api.Path.of("tasks"), Resource.of("Task", Optional.empty(), spec.build()));
        session.out().one(opened, FIELDS);
        session.out().say("Next: make a key for it: writ task key " + Column.brief(Resource.name(opened)));
        return Exit.DONE;
    }

    static Json.ObjectBuilder spec(String agent, String person, String purpose, Json.Obj scope) {
        return Json.object()
                .put("agent", agent)
                .put("person", person)
                .put("purpose", purpose)
                .put("scope", scope);
    }

    @Command(description = "Makes a key for a task; it is shown once and dies with the task.")
    int key(@Parameters(paramLabel = "TASK", description = ID) String id) {
        return KeyCommands.show(session, session.api().post(Api.Path.of("tasks", id, "keys"), Json.Obj.EMPTY));
    }

    @Command(description = "Takes a task's authority away at once.")
    int revoke(@Parameters(paramLabel = "TASK", description = ID) String id, @Mixin Why why) {
        return end(id, "revoke", why);
    }

    @Command(description = "Ends a task that has done its work.")
    int complete(@Parameters(paramLabel = "TASK", description = ID) String id, @Mixin Why why) {
        return end(id, "complete", why);
    }

    private int end(String id, String verb, Why why) {
        var body = why.orElse("writ task " + verb);
        session.out().one(session.api().post(Api.Path.of("tasks", id, verb), body), FIELDS);
        return Exit.DONE;
    }
}
