package dev.writ.cli;

import dev.writ.base.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code writ key …}. */
@Command(description = "Makes keys for tasks and people.")
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
