package dev.writ.cli;

import dev.writ.base.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ mandate …}. */
@Command(description = "Standing orders: events may open tasks like this.")
final class MandateCommands {
    private static final String NAME = "The mandate's name, id, or the id's last characters.";
    private static final Column[] FIELDS = {
        Column.at("NAME", "metadata.name"),
        Column.at("STATE", "status.state"),
        Column.at("BY", "status.person"),
        Column.at("AGENT", "spec.agent"),
        Column.at("SOURCE", "spec.source"),
        Column.at("USED", "status.used"),
        Column.at("OF", "spec.uses"),
        Column.at("UNTIL", "spec.until")
    };

    private final Session session;

    MandateCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists mandates.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("mandates")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Shows a mandate.")
    int show(@Parameters(paramLabel = "MANDATE", description = NAME) String name) {
        session.out()
                .one(
                        session.api().get(Api.Path.of("mandates", name)),
                        Column.at("NAME", "metadata.name"),
                        Column.at("ID", "status.id"),
                        Column.at("STATE", "status.state"),
                        Column.at("BY", "status.person"),
                        Column.at("AGENT", "spec.agent"),
                        Column.at("SOURCE", "spec.source"),
                        Column.at("PURPOSE", "spec.purpose"),
                        Column.at("SERVERS", "spec.scope.servers"),
                        Column.at("TOOLS", "spec.scope.tools"),
                        Column.at("CATEGORIES", "spec.scope.categories"),
                        Column.at("DATA CLASSES", "spec.scope.data"),
                        Column.at("CALLS OF EACH", "spec.calls"),
                        Column.at("TIME OF EACH", "spec.for"),
                        Column.at("AT ONCE", "spec.atOnce"),
                        Column.at("USED", "status.used"),
                        Column.at("OF", "spec.uses"),
                        Column.at("UNTIL", "spec.until"));
        return Exit.DONE;
    }

    @Command(description = "Gives a mandate in your own name.")
    int create(
            @Parameters(paramLabel = "NAME", description = "A name for it.") String name,
            @Option(names = "--agent", required = true, paramLabel = "AGENT", description = "Who acts.") String agent,
            @Option(
                            names = "--source",
                            required = true,
                            paramLabel = "SOURCE",
                            description = "The system whose events open the tasks, by a name of yours.")
                    String source,
            @Option(names = "--purpose", required = true, paramLabel = "TEXT", description = "What for.")
                    String purpose,
            @Mixin Reach reach,
            @Option(names = "--calls", paramLabel = "N", description = "How many calls each task may make.")
                    Optional<Long> calls,
            @Option(names = "--for", required = true, paramLabel = "TIME", description = "How long each task lives.")
                    String duration,
            @Option(names = "--at-once", paramLabel = "N", description = "How many may be open at a time; default 1.")
                    Optional<Long> atOnce,
            @Option(names = "--uses", required = true, paramLabel = "N", description = "How many tasks in all.")
                    long uses,
            @Option(names = "--until", paramLabel = "TIME", description = "Until when, RFC 3339; default in 90 days.")
                    Optional<String> until) {
        var spec = Json.object()
                .put("agent", agent)
                .put("source", source)
                .put("purpose", purpose)
                .put("scope", reach.scope());
        calls.ifPresent(n -> spec.put("calls", n));
        atOnce.ifPresent(n -> spec.put("atOnce", n));
        spec.put("for", duration).put("uses", uses).put("until", until);
        var given = session.api().post(Api.Path.of("mandates"), Resource.of("Mandate", name, spec.build()));
        session.out().one(given, FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Opens a task for an event; the same event again opens no second one.")
    int use(
            @Parameters(paramLabel = "MANDATE", description = NAME) String name,
            @Option(names = "--event", required = true, paramLabel = "ID", description = "The event's id.")
                    String event) {
        var body = Json.object().put("event", event).build();
        session.out()
                .one(
                        session.api().post(Api.Path.of("mandates", name, "tasks"), body),
                        Column.at("TASK", "metadata.name"),
                        Column.at("STATE", "status.state"),
                        Column.at("AGENT", "spec.agent"),
                        Column.at("UNTIL", "spec.until"));
        return Exit.DONE;
    }

    @Command(description = "Takes a mandate back; every task under it ends at once.")
    int revoke(@Parameters(paramLabel = "MANDATE", description = NAME) String name, @Mixin Why why) {
        var body = why.orElse("writ mandate revoke");
        session.out().one(session.api().post(Api.Path.of("mandates", name, "revoke"), body), FIELDS);
        return Exit.DONE;
    }
}
