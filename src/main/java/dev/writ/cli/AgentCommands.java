package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ agent …}. */
@Command(description = "Agents: who they are, who owns them, whether they may act.")
final class AgentCommands {
    private static final String NAME = "The agent's name.";
    private static final Column[] FIELDS = {
        Column.at("NAME", "metadata.name"),
        Column.at("STATUS", "status.status"),
        Column.at("OWNER", "spec.owner"),
        Column.at("PURPOSE", "spec.purpose"),
        Column.at("RECERTIFY BY", "spec.recertifyBy")
    };

    private final Session session;

    AgentCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists agents.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("agents")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Shows an agent.")
    int show(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        session.out()
                .one(
                        session.api().get(Api.Path.of("agents", name)),
                        Column.at("NAME", "metadata.name"),
                        Column.at("STATUS", "status.status"),
                        Column.at("OWNER", "spec.owner"),
                        Column.at("PURPOSE", "spec.purpose"),
                        Column.at("MODEL TIER", "spec.modelTier"),
                        Column.at("RECERTIFY BY", "spec.recertifyBy"),
                        Column.at("GROUPS", "spec.groups"));
        return Exit.DONE;
    }

    @Command(description = "Registers an agent.")
    int create(
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Option(names = "--owner", required = true, paramLabel = "PERSON", description = "Who answers for it.")
                    String owner,
            @Option(names = "--purpose", required = true, paramLabel = "TEXT", description = "What it is for.")
                    String purpose,
            @Option(names = "--model-tier", paramLabel = "N", description = "The highest tier of model it may use.")
                    Optional<Long> modelTier,
            @Option(
                            names = "--recertify-by",
                            paramLabel = "TIME",
                            description = "When its owner has to confirm it again, RFC 3339.")
                    Optional<String> recertifyBy,
            @Option(names = "--group", split = ",", paramLabel = "GROUP", description = "A group that it is in.")
                    @org.jspecify.annotations.Nullable
                    List<String> groups) {
        var spec = Json.object().put("owner", owner).put("purpose", purpose);
        modelTier.ifPresent(tier -> spec.put("modelTier", tier));
        spec.put("recertifyBy", recertifyBy);
        if (groups != null) spec.put("groups", groups);
        var created = session.api().post(Api.Path.of("agents"), Resource.of("Agent", name, spec.build()));
        session.out().one(created, FIELDS);
        session.out().say("Next: open a task for it with writ task open, or use writ connect.");
        return Exit.DONE;
    }

    @Command(description = "Stops an agent until it is resumed; its next call is refused.")
    int suspend(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        return change(name, "suspend", Json.Obj.EMPTY);
    }

    @Command(description = "Lets a suspended agent act again.")
    int resume(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        return change(name, "resume", Json.Obj.EMPTY);
    }

    @Command(description = "Ends an agent for good; its name is never given again.")
    int retire(@Parameters(paramLabel = "NAME", description = NAME) String name, @Mixin Unasked unasked) {
        if (!session.confirmed("Retire " + name + " for good?", unasked.yes)) return Exit.FAILED;
        return change(name, "retire", Json.Obj.EMPTY);
    }

    @Command(description = "Shows what an agent was given and used, and confirms that it is still needed.")
    int recertify(
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Option(
                            names = "--until",
                            paramLabel = "TIME",
                            description = "When it has to be confirmed again, RFC 3339; default in 90 days.")
                    Optional<String> until,
            @Option(names = "--look", description = "Only show; change nothing.") boolean look) {
        var usage = session.api().get(Api.Path.of("agents", name, "usage"));
        if (look) return used(usage);
        if (session.out().forPeople()) used(usage);
        var time = until.orElseGet(() -> java.time.Instant.now()
                .plus(java.time.Duration.ofDays(90))
                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                .toString());
        return change(name, "recertify", Json.object().put("until", time).build());
    }

    private int used(Json.Obj usage) {
        session.out().one(usage, () -> {
            for (var tool : Output.objects(usage, "used"))
                session.out()
                        .shown("used     " + tool.string("tool").orElse("") + "  "
                                + tool.integer("calls").orElse(0L) + " calls, "
                                + tool.integer("refused").orElse(0L) + " refused, last "
                                + tool.string("last").orElse("never"));
            for (var tool : usage.strings("unused")) session.out().shown("unused   " + tool);
        });
        if (!usage.bool("whole").orElse(false))
            session.out().say("Only the newest records were read; the agent may have used more before.");
        return Exit.DONE;
    }

    @Command(description = "Gives an agent another owner; one that had lost its owner may act again.")
    int reassign(
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Option(names = "--owner", required = true, paramLabel = "PERSON", description = "Who answers for it now.")
                    String owner) {
        return change(name, "reassign", Json.object().put("owner", owner).build());
    }

    @Command(description = "Lists who came as an agent that nobody registered; kept in memory alone.")
    int seen() {
        session.out()
                .list(
                        session.api().get(Api.Path.of("visitors")),
                        Column.at("NAME", "name"),
                        Column.at("CLIENT", "client"),
                        Column.at("FIRST", "first"),
                        Column.at("LAST", "last"),
                        Column.at("TIMES", "times"));
        return Exit.DONE;
    }

    private int change(String name, String verb, Json.Obj body) {
        session.out().one(session.api().post(Api.Path.of("agents", name, verb), body), FIELDS);
        return Exit.DONE;
    }
}
