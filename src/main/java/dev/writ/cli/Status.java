package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code writ status}. */
@Command(description = "Shows what the server is and how it is doing.")
final class Status implements Callable<Integer> {
    private final Session session;

    Status(Session session) {
        this.session = session;
    }

    private static List<Json.Obj> ledgers(Json.Obj status, String member) {
        return status
                .object("ledger")
                .flatMap(ledger -> ledger.array(member))
                .map(Json.Arr::items)
                .orElse(List.of())
                .stream()
                .flatMap(item -> item instanceof Json.Obj one ? Stream.of(one) : Stream.empty())
                .toList();
    }

    @Override
    public Integer call() {
        var status = session.api().get(Api.Path.of("status"));
        session.out()
                .one(
                        status,
                        Column.at("VERSION", "version"),
                        Column.at("TENANT", "tenant"),
                        Column.at("NODE", "node"),
                        Column.at("LISTENS ON", "listen"),
                        Column.at("STARTED", "started"),
                        Column.at("CUSTODY", "custody"),
                        Column.at("RECORDS", "ledger.size"),
                        Column.at("UNWITNESSED FROM", "ledger.unwitnessedFrom"),
                        Column.at("POLICIES", "policies.count"),
                        Column.at("BUNDLE", "policies.bundle"),
                        Column.at("AGENTS", "counts.agents"),
                        Column.at("SERVERS", "counts.servers"),
                        Column.at("OPEN TASKS", "counts.tasksOpen"),
                        Column.at("APPROVALS WAITING", "counts.approvalsPending"),
                        Column.at("REVIEWS DUE", "counts.reviewsDue"),
                        Column.at("REVIEWS OVERDUE", "counts.reviewsOverdue"),
                        Column.at("AGENTS OVERDUE", "counts.agentsOverdue"));
        if (status.string("state").equals(java.util.Optional.of("suspended")))
            session.out().say("The tenant is suspended: no agent may act.");
        for (var key : ledgers(status, "keys"))
            session.out()
                    .say("The ledger's " + key.string("algorithm").orElse("") + " key is in a "
                            + key.string("custody").orElse("") + ".");
        for (var witness : ledgers(status, "witnesses")) {
            var trouble = witness.string("trouble").orElse("");
            if (!trouble.isEmpty())
                session.out().say("The witness " + witness.string("name").orElse("") + " does not co-sign: " + trouble);
        }
        var unwitnessed = status.object("ledger").flatMap(ledger -> ledger.string("unwitnessed"));
        if (unwitnessed.isPresent()) {
            session.out().say("Agents are blocked: " + unwitnessed.get() + ".");
            return Exit.FAILED;
        }
        var closed = Column.find(status, "ledger.closedBecause");
        if (closed.isEmpty() || closed.get() instanceof dev.writ.base.Json.Null) return Exit.DONE;
        session.out()
                .say("The ledger takes no records (" + Column.words(closed.get())
                        + "), so nothing is permitted. Look at the server's log.");
        return Exit.FAILED;
    }
}
