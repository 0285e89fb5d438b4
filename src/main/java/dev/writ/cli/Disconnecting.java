package dev.writ.cli;

import dev.writ.base.Digest;
import java.nio.file.Path;
import java.util.Optional;

/** Takes back what {@code connect} did: the file first, which needs no server, then the task. */
final class Disconnecting {
    private final Session session;
    private final Client client;
    private final Path file;

    Disconnecting(Session session, Client client, Path file) {
        this.session = session;
        this.client = client;
        this.file = file;
    }

    int undo() {
        var found = Connection.of(session.context(), file);
        if (found.isEmpty())
            throw CliError.usage("nothing to undo for " + file, "writ connect keeps what it did per file and user");
        var connection = found.get();
        restore(connection);
        connection.forget(session.context());
        return connection.task().isEmpty()
                ? keyLivesOn()
                : end(connection.task().get());
    }

    private void restore(Connection connection) {
        var now = Connect.read(file);
        if (now.isEmpty()) {
            session.out().say(file + " is gone; nothing to put back.");
        } else if (Digest.of(now.get()).equals(connection.after())) {
            if (connection.before().isPresent())
                SafeFile.write(file, connection.before().get(), "rw-------");
            else SafeFile.delete(file);
            session.out().say(file + " is as it was.");
        } else {
            SafeFile.write(file, client.without(file, now.get(), connection.entries()), "rw-------");
            session.out().say(file + " was changed since; only Writ's entries were removed.");
        }
    }

    private int end(String task) {
        try {
            session.api()
                    .post(Api.Path.of("tasks", task, "complete"), Resource.reason(Optional.of("writ connect --undo")));
            session.out().say("Ended the task " + task + "; its key is dead.");
            return Exit.DONE;
        } catch (CliError e) {
            session.out()
                    .say("The task " + task + " could not be ended, its key works until the task's end: " + e.what());
            session.out().say("  next: writ task complete " + task);
            return e.exit();
        }
    }

    private int keyLivesOn() {
        session.out().say("The task is yours and was not ended; the key works until the task's end.");
        return Exit.DONE;
    }
}
