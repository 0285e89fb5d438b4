package dev.writ.cli;

import dev.writ.base.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code writ change …}. */
@Command(description = "Changes that wait for a second administrator.")
final class ChangeCommands {
    private static final String ID = "The change's id, or its last characters.";
    private static final Column[] FIELDS = {
        Column.at("ID", "id"),
        Column.at("CHANGE", "operation"),
        Column.at("ON", "target"),
        Column.at("BY", "by"),
        Column.at("UNTIL", "until"),
        Column.at("CONFIRMED", "confirmed")
    };

    private final Session session;

    ChangeCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists what waits.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("changes")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Confirms a change that another administrator has ordered.")
    int confirm(@Parameters(paramLabel = "CHANGE", description = ID) String id) {
        var done = session.api().post(Api.Path.of("changes", id, "confirm"), Json.Obj.EMPTY);
        session.out().one(done, () -> session.out().say("Confirmed."));
        session.out().warnings(done);
        return Exit.DONE;
    }

    @Command(description = "Ends a change that waits, one's own or another's.")
    int withdraw(@Parameters(paramLabel = "CHANGE", description = ID) String id) {
        var done = session.api().post(Api.Path.of("changes", id, "withdraw"), Json.Obj.EMPTY);
        session.out().one(done, () -> session.out().say("Withdrawn."));
        return Exit.DONE;
    }
}
