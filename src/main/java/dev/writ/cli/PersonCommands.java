package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ person …}. */
@Command(description = "People and their roles.")
final class PersonCommands {
    private static final String ID = "The person's id (or its last characters) or e-mail address.";
    private static final Column[] FIELDS = {
        Column.at("E-MAIL", "metadata.name"),
        Column.at("NAME", "spec.displayName"),
        Column.at("ROLES", "spec.roles"),
        Column.at("ACTIVE", "status.active"),
        Column.brief("ID", "status.id")
    };

    private final Session session;

    PersonCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists people.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("people")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Enrols a person.")
    int create(
            @Parameters(paramLabel = "E-MAIL", description = "The person's e-mail address.") String email,
            @Option(names = "--name", paramLabel = "TEXT", description = "The name to show.") Optional<String> name,
            @Option(
                            names = "--role",
                            split = ",",
                            paramLabel = "ROLE",
                            description = "admin, approver, auditor, viewer or policy-author; repeat it for several.")
                    @Nullable
                    List<String> roles) {
        var spec = Json.object().put("displayName", name.orElse(email)).put("roles", Resource.all(roles));
        var created = session.api().post(Api.Path.of("people"), Resource.of("Person", email, spec.build()));
        session.out().one(created, FIELDS);
        session.out().say("Next: make a key for the command line: writ person key " + email);
        return Exit.DONE;
    }

    @Command(description = "Makes a person's key for the command line; it is shown once.")
    int key(@Parameters(paramLabel = "PERSON", description = ID) String id) {
        return KeyCommands.show(session, session.api().post(Api.Path.of("people", id, "keys"), Json.Obj.EMPTY));
    }

    @Command(description = "Takes every right from a person; agents and tasks of theirs stop with it.")
    int deactivate(@Parameters(paramLabel = "PERSON", description = ID) String id, @Mixin Unasked unasked) {
        if (!session.confirmed("Deactivate " + id + "? Agents and tasks of theirs stop.", unasked.yes))
            return Exit.FAILED;
        session.out().one(session.api().post(Api.Path.of("people", id, "deactivate"), Json.Obj.EMPTY), FIELDS);
        return Exit.DONE;
    }
}
