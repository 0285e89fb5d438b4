package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ break-glass …}. */
@Command(description = "Emergencies: two people, one server, at most an hour.")
final class BreakGlassCommands {
    private static final String ID = "The emergency's id, or its last characters.";
    private static final Column[] FIELDS = {
        Column.at("EMERGENCY", "id"),
        Column.at("STATE", "state"),
        Column.at("AGENT", "agent"),
        Column.at("REASON", "reason"),
        Column.at("ASKED BY", "askedBy"),
        Column.at("OPENED BY", "openedBy"),
        Column.at("TASK", "task"),
        Column.at("REVIEW BY", "reviewBy")
    };

    private final Session session;

    BreakGlassCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists emergencies, those first that somebody must still look at.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("emergencies")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Shows an emergency.")
    int show(@Parameters(paramLabel = "ID", description = ID) String id) {
        session.out().one(session.api().get(Api.Path.of("emergencies", id)), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Asks for a task; a second person with the role has to open it within 15 minutes.")
    int ask(
            @Option(names = "--agent", required = true, paramLabel = "AGENT", description = "Who is to act.")
                    String agent,
            @Option(names = "--person", required = true, paramLabel = "PERSON", description = "In whose name.")
                    String person,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "What the emergency is.")
                    String reason,
            @Option(names = "--server", required = true, paramLabel = "SERVER", description = "The one server.")
                    String server,
            @Option(names = "--tool", split = ",", paramLabel = "SERVER/TOOL", description = "Only these tools.")
                    @Nullable
                    List<String> tools,
            @Option(names = "--category", split = ",", paramLabel = "NAME", description = "A category of tools.")
                    @Nullable
                    List<String> categories,
            @Option(names = "--data-class", split = ",", paramLabel = "NAME", description = "A class of data.")
                    @Nullable
                    List<String> data,
            @Option(names = "--calls", paramLabel = "N", description = "How many calls; default 100.")
                    Optional<Long> calls,
            @Option(names = "--for", required = true, paramLabel = "TIME", description = "How long, at most 1h.")
                    String duration) {
        var scope = Json.object().put("servers", List.of(server));
        if (tools != null) scope.put("tools", tools);
        scope.put("categories", Resource.all(categories)).put("data", Resource.all(data));
        var body = Json.object()
                .put("agent", agent)
                .put("person", person)
                .put("reason", reason)
                .put("scope", scope.build());
        calls.ifPresent(n -> body.put("calls", n));
        var asked = session.api()
                .post(Api.Path.of("emergencies"), body.put("for", duration).build());
        session.out().one(asked, FIELDS);
        session.out()
                .say("Next: a second person opens it: writ break-glass open "
                        + Column.brief(asked.string("id").orElse("")));
        return Exit.DONE;
    }

    @Command(description = "Opens what another person asked for.")
    int open(
            @Parameters(paramLabel = "ID", description = ID) String id,
            @Option(names = "--yes", description = "Do not ask.") boolean yes) {
        if (!session.confirmed("Open the task of emergency " + id + "?", yes)) return Exit.FAILED;
        session.out().one(session.api().post(Api.Path.of("emergencies", id, "open"), Json.Obj.EMPTY), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Says that you have looked at what was done; whoever asked or opened cannot.")
    int review(
            @Parameters(paramLabel = "ID", description = ID) String id,
            @Option(names = "--note", required = true, paramLabel = "TEXT", description = "What you found.")
                    String note) {
        var body = Json.object().put("note", note).build();
        session.out().one(session.api().post(Api.Path.of("emergencies", id, "review"), body), FIELDS);
        return Exit.DONE;
    }
}
