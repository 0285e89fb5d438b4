package dev.writ.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ consent …}. */
@Command(description = "What people consented to, and taking it back.")
final class ConsentCommands {
    private static final Column[] FIELDS = {
        Column.at("CONSENT", "id"),
        Column.at("OF", "person"),
        Column.at("AGENT", "agent"),
        Column.at("PURPOSE", "purpose"),
        Column.at("SERVERS", "servers"),
        Column.at("CATEGORIES", "categories"),
        Column.at("DATA CLASSES", "data"),
        Column.at("TASK", "task"),
        Column.at("STATE", "state")
    };

    private final Session session;

    ConsentCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists your consents, or all of them when you have a role.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("consents")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Takes a consent back; its task ends at once.")
    int revoke(
            @Parameters(paramLabel = "CONSENT", description = "The consent's id, or its last characters.") String id,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is recorded.")
                    Optional<String> reason) {
        var body = Resource.reason(reason.or(() -> Optional.of("by writ consent revoke")));
        session.out().one(session.api().post(Api.Path.of("consents", id, "revoke"), body), FIELDS);
        return Exit.DONE;
    }
}
