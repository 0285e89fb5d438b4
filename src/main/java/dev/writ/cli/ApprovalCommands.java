package dev.writ.cli;

import dev.writ.base.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ approval …}. */
@Command(description = "Actions that wait for a person's yes or no.")
final class ApprovalCommands {
    private static final String ID = "The approval's id, or its last characters.";
    private static final Column[] FIELDS = {
        Column.brief("ID", "id"),
        Column.at("STATE", "state"),
        Column.at("AGENT", "agent"),
        new Column("ACTION", ApprovalCommands::action),
        Column.at("PURPOSE", "purpose"),
        Column.at("EXPIRES", "expires")
    };

    private final Session session;

    ApprovalCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists approvals.")
    int list(
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description = "Only those in this state, for example pending.")
                    Optional<String> state) {
        session.out().list(session.api().get(Api.Path.of("approvals").with("state", state)), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Shows everything that a yes would agree to.")
    int show(@Parameters(paramLabel = "APPROVAL", description = ID) String id) {
        var approval = session.api().get(Api.Path.of("approvals", id));
        session.out().one(approval, () -> show(approval));
        return Exit.DONE;
    }

    @Command(description = "Says yes to exactly this action, once. Without a terminal it needs --yes.")
    int approve(
            @Parameters(paramLabel = "APPROVAL", description = ID) String id,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is recorded.")
                    Optional<String> reason,
            @Option(names = "--yes", description = "Do not show it and do not ask.") boolean yes) {
        if (!yes && session.terminal().interactive()) show(session.api().get(Api.Path.of("approvals", id)));
        if (!session.confirmed("Approve exactly this, once?", yes)) return Exit.FAILED;
        return vote(id, "approve", reason);
    }

    @Command(description = "Says no.")
    int refuse(
            @Parameters(paramLabel = "APPROVAL", description = ID) String id,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is recorded and the agent is told.")
                    Optional<String> reason) {
        return vote(id, "refuse", reason);
    }

    @Command(description = "Prints approvals as they come up, until interrupted.")
    int watch(
            @Option(names = "--every", paramLabel = "TIME", description = "How often to look, 2s if not given.")
                    Optional<String> every,
            @Option(names = "--count", paramLabel = "N", description = "End after so many.") Optional<Integer> count) {
        var pause = Pause.of(every);
        var seen = new HashSet<String>();
        while (true) {
            var answer = session.api().get(Api.Path.of("approvals").with("state", "pending"));
            for (var approval : Output.items(answer)) {
                if (!seen.add(approval.string("id").orElse(""))) continue;
                session.out().one(approval, () -> brief(approval));
                if (count.isPresent() && seen.size() >= count.get()) return Exit.DONE;
            }
            session.terminal().out().flush();
            pause.await();
        }
    }

    private int vote(String id, String verb, Optional<String> reason) {
        var answer = session.api().post(Api.Path.of("approvals", id, verb), Resource.reason(reason));
        session.out().one(answer, Column.at("STATE", "state"));
        if (verb.equals("approve")
                && answer.string("state").filter("pending"::equals).isPresent())
            session.out().say("Your yes counts; others are still needed.");
        return Exit.DONE;
    }

    private void brief(Json.Obj approval) {
        session.out()
                .shown(String.join(
                        "  ",
                        Column.brief(Column.words(approval, "id")),
                        Column.words(approval, "agent"),
                        action(approval),
                        "(" + Column.words(approval, "purpose") + ")"));
    }

    private void show(Json.Obj approval) {
        var out = session.out();
        out.one(
                approval,
                Column.at("APPROVAL", "id"),
                Column.at("STATE", "state"),
                Column.at("AGENT", "agent"),
                Column.at("TASK", "task"),
                Column.at("PURPOSE", "purpose"),
                Column.at("ASKED", "asked"),
                Column.at("EXPIRES", "expires"),
                new Column("NEEDS", a -> a.get("alternatives").map(Can::groups).orElse(Column.NOTHING)));
        for (var part : List.of("votes", "action", "payload")) {
            var value = approval.get(part);
            if (value.isEmpty()) continue;
            out.data("");
            out.data(session.ink().strong(part.toUpperCase(java.util.Locale.ROOT)));
            SafeJson.pretty(value.get()).lines().forEach(line -> out.data("  " + line));
        }
    }

    private static String action(Json.Obj approval) {
        return Column.find(approval, "action.target")
                .map(Column::words)
                .orElseGet(() -> Column.words(approval, "action"));
    }
}
