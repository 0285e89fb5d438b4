package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ key …}. */
@Command(description = "Keys of tasks and people, and the ledger's own.")
final class KeyCommands {

    private final Session session;

    KeyCommands(Session session) {
        this.session = session;
    }

    /** {@code writ key create task|person ID}. */
    @Command(description = "Makes a key; it is shown once.")
    int create(
            @Parameters(index = "0", paramLabel = "task|person", description = "What the key is for.") Holder holder,
            @Parameters(
                            index = "1",
                            paramLabel = "ID",
                            description = "Which one: an id, its last characters, or an e-mail.")
                    String id) {
        var collection = holder == Holder.TASK ? "tasks" : "people";
        return show(session, session.api().post(Api.Path.of(collection, id, "keys"), Json.Obj.EMPTY));
    }

    @Command(description = "Lists keys; never their text.")
    int list() {
        session.out()
                .list(
                        session.api().get(Api.Path.of("keys")),
                        Column.at("KEY", "id"),
                        Column.at("AGENT", "agent"),
                        Column.at("TASK", "task"),
                        Column.at("PERSON", "person"),
                        Column.at("REVOKED", "revoked"),
                        Column.at("MADE", "createdAt"));
        return Exit.DONE;
    }

    @Command(description = "Revokes one key at once; its task and its holder keep the others.")
    int revoke(
            @Parameters(paramLabel = "KEY", description = "The key's id, or its last characters; never its text.")
                    String id,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            description = "Why; it is recorded, and told to the agent whose call waits.")
                    Optional<String> reason) {
        var body = Resource.reason(reason.or(() -> Optional.of("by writ key revoke")));
        session.out()
                .one(
                        session.api().post(Api.Path.of("keys", id, "revoke"), body),
                        Column.at("KEY", "id"),
                        Column.at("REVOKED", "revoked"));
        return Exit.DONE;
    }

    @Command(description = "Makes the ledger's next keys, to tell witnesses and auditors before they are used.")
    int prepare() {
        return told(session.api().post(Api.Path.of("evidence", "keys", "prepare"), Json.Obj.EMPTY), "will be the next");
    }

    @Command(description = "Signs the ledger with the next keys from now on; the old private ones are destroyed.")
    int rotate() {
        return told(session.api().post(Api.Path.of("evidence", "keys", "rotate"), Json.Obj.EMPTY), "sign from now on");
    }

    @Command(description = "Changes the ledger's keys and says that the old ones are no longer to be believed.")
    int compromised(
            @Option(
                            names = "--from",
                            paramLabel = "SIZE",
                            description = "Beyond how many records they are not; default: all that they signed stays.")
                    Optional<Long> from) {
        var body = Json.object();
        from.ifPresent(size -> body.put("from", size));
        return told(
                session.api().post(Api.Path.of("evidence", "keys", "compromised"), body.build()), "sign from now on");
    }

    /** Data is the verifier keys alone, one to a line, as witnesses and trust files take them. */
    private int told(Json.Obj answer, String what) {
        var keys = answer.array("keys").map(Json.Arr::items).orElse(List.of());
        session.out().one(answer, () -> {
            for (var key : keys) session.out().shown(key instanceof Json.Str(var text) ? text : "");
        });
        session.out().say("These keys " + what + ". Give them to every witness and to whoever verifies.");
        return Exit.DONE;
    }

    enum Holder {
        TASK,
        PERSON;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Shows a key that was just made: data is the key alone, so that a script can take it. */
    static int show(Session session, Json.Obj made) {
        session.out().one(made, () -> session.out().shown(made.string("key").orElse("")));
        session.out()
                .say("The key " + made.string("id").orElse("") + " is shown this once; Writ keeps only a hash of it.");
        return Exit.DONE;
    }
}
