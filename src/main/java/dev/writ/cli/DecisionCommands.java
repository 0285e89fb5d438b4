package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import dev.writ.ledger.verify.WhoAuthorised;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ decision …}. */
@Command(description = "What was decided, and why.")
final class DecisionCommands {
    private static final String ID = "The decision's id, or its last characters.";
    private static final Column[] FIELDS = {
        Column.at("TIME", "time"),
        Column.at("VERDICT", "verdict"),
        Column.at("AGENT", "agent"),
        new Column("ACTION", DecisionCommands::action),
        Column.at("REASON", "reason"),
        Column.brief("DECISION", "decision")
    };

    private final Session session;

    DecisionCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists the latest decisions.")
    int tail(
            @Option(
                            names = "--limit",
                            defaultValue = "50",
                            paramLabel = "N",
                            description = "How many, 50 if not given.")
                    int limit,
            @Option(names = "--agent", paramLabel = "AGENT", description = "Only this agent's.") Optional<String> agent,
            @Option(names = "--task", paramLabel = "TASK", description = "Only this task's.") Optional<String> task,
            @Option(names = "--verdict", paramLabel = "VERDICT", description = "Only permit, deny or hold.")
                    Optional<String> verdict,
            @Option(names = "--follow", description = "Go on as more are made, until interrupted.") boolean follow,
            @Option(names = "--every", paramLabel = "TIME", description = "How often to look, 2s if not given.")
                    Optional<String> every,
            @Option(names = "--count", paramLabel = "N", description = "End after so many.") Optional<Integer> count) {
        if (limit < 1 || limit > 1000) throw CliError.usage("--limit is 1 to 1000", "ask again from where it ended");
        var path = Api.Path.of("decisions")
                .with("limit", Integer.toString(limit))
                .with("agent", agent)
                .with("task", task)
                .with("verdict", verdict);
        var answer = session.api().get(path);
        if (!follow) {
            session.out().list(ordered(answer), FIELDS);
            return Exit.DONE;
        }
        return follow(path, answer, Pause.of(every), count);
    }

    private int follow(Api.Path path, Json.Obj first, Pause pause, Optional<Integer> count) {
        long last = -1;
        int printed = 0;
        for (var answer = first; ; answer = session.api().get(path.with("after", Long.toString(last)))) {
            // What was filtered out has been looked at as well, so next may be behind the last item.
            last = Math.max(last, answer.integer("next").orElse(last));
            for (var decision : Output.items(ordered(answer))) {
                last = Math.max(last, decision.integer("index").orElse(last));
                session.out().one(decision, () -> brief(decision));
                if (count.isPresent() && ++printed >= count.get()) return Exit.DONE;
            }
            session.terminal().out().flush();
            pause.await();
        }
    }

    @Command(description = "Shows a decision's records, its question and what was sent.")
    int show(@Parameters(paramLabel = "DECISION", description = ID) String id) {
        var decision = session.api().get(Api.Path.of("decisions", id));
        session.out().one(decision, () -> decision.members().forEach((part, value) -> {
            session.out().data(session.ink().strong(Visible.text(part, 100)));
            session.out().data(SafeJson.pretty(value));
        }));
        return Exit.DONE;
    }

    @Command(description = "Says in words why a decision came out as it did, with the policies that determined it.")
    int explain(@Parameters(paramLabel = "DECISION", description = ID) String id) {
        var decision = session.api().get(Api.Path.of("decisions", id));
        var records = Output.objects(decision, "records");
        var answer = records.stream()
                .flatMap(r -> r.string("decision").or(() -> r.string("id")).stream())
                .distinct()
                .flatMap(subject -> WhoAuthorised.whoAuthorised(records, subject).stream())
                .findFirst()
                .orElseThrow(() -> new CliError(
                        Exit.FAILED,
                        "the records of " + id + " tell of no decision",
                        "",
                        "see writ decision show " + id));
        var sentence = sentence(id).orElse(answer.sentence());
        session.out().one(answer.json().with("sentence", Json.of(sentence)), () -> explain(answer, sentence));
        return Exit.DONE;
    }

    /** The server's sentence, which has names for the records' pseudonyms. */
    private Optional<String> sentence(String id) {
        try {
            return session.api()
                    .get(Api.Path.of("evidence", id, "who-authorised"))
                    .string("sentence");
        } catch (CliError e) {
            return Optional.empty();
        }
    }

    private void explain(WhoAuthorised.Answer answer, String sentence) {
        session.out().shown(sentence);
        if (answer.policies().isEmpty()) return;
        Json.Obj policies;
        try {
            policies = session.api().get(Api.Path.of("policies"));
        } catch (CliError e) {
            session.out().say("The policies' text cannot be shown: " + e.what());
            return;
        }
        if (!answer.bundle().isEmpty() && !policies.string("bundle").equals(Optional.of(answer.bundle())))
            session.out().say("Another bundle is in force by now; the texts below may not be those that decided.");
        for (var policy : answer.policies())
            PolicyCommands.text(policies, policy).ifPresent(text -> {
                session.out().data("");
                session.out().lines(text);
            });
    }

    private static Json.Obj ordered(Json.Obj answer) {
        var items = Output.items(answer).stream()
                .sorted(Comparator.comparing(i -> i.integer("index").orElse(0L)))
                .toList();
        return answer.with("items", new Json.Arr(List.copyOf(items)));
    }

    private void brief(Json.Obj decision) {
        var verdict = Column.words(decision, "verdict");
        session.out()
                .data(String.join(
                        "  ",
                        shown(decision, "time"),
                        session.ink().state(Visible.text(verdict, 20)) + " ".repeat(Math.max(0, 6 - verdict.length())),
                        shown(decision, "agent"),
                        Visible.text(action(decision), 200),
                        shown(decision, "reason"),
                        Column.brief(shown(decision, "decision"))));
    }

    /** {@code call-tool shop/refund}; for an administrator's act, the operation and what it is on. */
    private static String action(Json.Obj decision) {
        var action = decision.object("action");
        if (action.isEmpty()) return Column.words(decision, "action");
        var kind = action.get().string("operation").or(() -> action.get().string("kind"));
        return (kind.orElse("") + " " + action.get().string("target").orElse("")).strip();
    }

    private static String shown(Json.Obj decision, String member) {
        return Visible.text(Column.words(decision, member), 200);
    }
}
