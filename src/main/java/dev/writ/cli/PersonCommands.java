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

    private static final Column[] PASSKEY = {
        Column.at("ID", "id"), Column.at("MADE", "createdAt"), Column.at("LAST USED", "usedAt")
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

    @Command(description = "Makes a link with which a person makes a passkey; it works once and for ten minutes.")
    int link(@Parameters(paramLabel = "PERSON", description = ID) String id) {
        var made = session.api().post(Api.Path.of("people", id, "links"), Json.Obj.EMPTY);
        session.out().one(made, () -> session.out().shown(made.string("link").orElse("")));
        session.out().say("Give it to that person alone: whoever opens it first becomes that person here.");
        return Exit.DONE;
    }

    @Command(description = "Lists a person's passkeys.")
    int passkeys(@Parameters(paramLabel = "PERSON", description = ID) String id) {
        session.out().list(session.api().get(Api.Path.of("people", id, "passkeys")), PASSKEY);
        return Exit.DONE;
    }

    @Command(name = "remove-passkey", description = "Removes a passkey for good; the person's sessions end.")
    int removePasskey(
            @Parameters(index = "0", paramLabel = "PERSON", description = ID) String id,
            @Parameters(index = "1", paramLabel = "PASSKEY", description = "Its id, or the last characters of it.")
                    String passkey) {
        session.out()
                .one(session.api().delete(Api.Path.of("people", id, "passkeys", passkey)), Column.at("ID", "passkey"));
        return Exit.DONE;
    }

    @Command(description = "Takes every right from a person; agents and tasks of theirs stop with it.")
    int deactivate(@Parameters(paramLabel = "PERSON", description = ID) String id, @Mixin Unasked unasked) {
        if (!session.confirmed("Deactivate " + id + "? Agents and tasks of theirs stop.", unasked.yes))
            return Exit.FAILED;
        session.out().one(session.api().post(Api.Path.of("people", id, "deactivate"), Json.Obj.EMPTY), FIELDS);
        return Exit.DONE;
    }
}
