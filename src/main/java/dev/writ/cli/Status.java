package dev.writ.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code writ status}. */
@Command(description = "Shows what the server is and how it is doing.")
final class Status implements Callable<Integer> {
    private final Session session;

    Status(Session session) {
        this.session = session;
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
                        Column.at("APPROVALS WAITING", "counts.approvalsPending"));
        var closed = Column.find(status, "ledger.closedBecause");
        if (closed.isEmpty() || closed.get() instanceof dev.writ.base.Json.Null) return Exit.DONE;
        session.out()
                .say("The ledger takes no records (" + Column.words(closed.get())
                        + "), so nothing is permitted. Look at the server's log.");
        return Exit.FAILED;
    }
}
