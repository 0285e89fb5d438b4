package dev.writ.cli;

import dev.writ.base.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code writ tenant …}. */
@Command(description = "Stops and resumes every agent at once.")
final class TenantCommands {
    private static final Column[] FIELDS = {
        Column.at("TENANT", "tenant"),
        Column.at("STATE", "state"),
        Column.at("BY", "by"),
        Column.at("SINCE", "at"),
        Column.at("WHY", "why")
    };

    private final Session session;

    TenantCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Shows whether the agents may act.")
    int show() {
        session.out().one(session.api().get(Api.Path.of("tenant")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Stops every agent at once; tasks stay and can go on afterwards.")
    int suspend(
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why; agents are told, and it is recorded.")
                    Optional<String> reason) {
        var body = Resource.reason(reason.or(() -> Optional.of("by writ tenant suspend")));
        session.out().one(session.api().post(Api.Path.of("tenant", "suspend"), body), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Lets the agents act again.")
    int resume() {
        session.out().one(session.api().post(Api.Path.of("tenant", "resume"), Json.Obj.EMPTY), FIELDS);
        return Exit.DONE;
    }
}
