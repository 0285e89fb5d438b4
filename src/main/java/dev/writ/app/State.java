package dev.writ.app;

import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.store.Dump;
import dev.writ.store.Postgres;
import dev.writ.store.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Where an installation has its state, for those who copy it. They all work on a file {@code writ.db}: what is on a server
 * comes into it as a {@link Dump}, and goes back to a server as one.
 */
sealed interface State {
    String FILE = "writ.db";
    String DUMP = "state.dump";

    /** In a file of the data folder. */
    record InFolder(Path file) implements State {}

    /** On a server. */
    record OnServer(Postgres database) implements State {}

    /** Where a data folder says that its state is; a server must be named by whoever asks. */
    static State of(Path data, Optional<Postgres> named) {
        var elsewhere = data.resolve(DataFolder.ELSEWHERE);
        if (Files.exists(data.resolve(FILE)) || named.isEmpty()) {
            if (named.isPresent())
                throw new StartFailure(
                        "the data folder " + data + " has its state in a file of its own, " + FILE,
                        "leave --db out",
                        null);
            if (Files.exists(elsewhere))
                throw new StartFailure(
                        "the state of the data folder " + data + " is in " + StateStore.said(elsewhere),
                        "name that database with --db URL, or with --config FILE",
                        null);
            return new InFolder(data.resolve(FILE));
        }
        return new OnServer(named.get());
    }

    /** Whether there is anything that could be copied. */
    default boolean exists() {
        return switch (this) {
            case InFolder(var file) -> Files.exists(file);
            case OnServer(var database) -> !database.unused();
        };
    }

    /** Copies the state as it is at one moment into {@code writ.db} of a folder; a server's leaves its dump beside it. */
    default void copy(Path folder) {
        switch (this) {
            case InFolder(var file) -> Snapshot.copy(file, folder.resolve(FILE));
            case OnServer(var database) -> {
                Dump.of(database, folder.resolve(DUMP), Wiring.schemas());
                undump(folder);
            }
        }
    }

    /** Makes {@code writ.db} of the dump in a folder. */
    static void undump(Path folder) {
        Dump.into(folder.resolve(FILE), folder.resolve(DUMP), Wiring.schemas());
    }

    /** Moves the state of a folder to a server and notes that it is there. */
    static void move(Path folder, Postgres database, Name node, boolean replacing) throws IOException {
        var dump = folder.resolve(DUMP);
        Dump.of(folder.resolve(FILE), dump, Wiring.schemas());
        var instance = new Ids(InstantSource.system(), new SecureRandom()).pseudonym("ins");
        Dump.into(database, node, instance.text(), dump, Wiring.schemas(), replacing);
        forgetFile(folder);
        Files.delete(dump);
        Files.writeString(folder.resolve(DataFolder.ELSEWHERE), database.shown() + "\n");
    }

    static void forgetFile(Path folder) throws IOException {
        for (var end : new String[] {"", "-wal", "-shm", ".lock"}) Files.deleteIfExists(folder.resolve(FILE + end));
    }
}
