package dev.writ.app;

import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Where everything of an installation lies; readable by its owner alone. */
record DataFolder(Path root) {
    static final String NODE_FILE = "node.json";
    static final String ELSEWHERE = "database";

    private static final String OWNER_ONLY = "rwx------";

    /** Opens the folder, or makes it with the folders in it. */
    static DataFolder open(Path root) {
        var folder = new DataFolder(root.toAbsolutePath().normalize());
        try {
            for (var each : new Path[] {folder.root, folder.keys(), folder.policies(), folder.work(), folder.cli()})
                Files.createDirectories(
                        each, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        } catch (IOException e) {
            throw new StartFailure(
                    "the data folder " + folder.root + " cannot be written to",
                    "give this user write access to it, or choose another one with --data DIR",
                    e);
        }
        return folder;
    }

    Path database() {
        return root.resolve("writ.db");
    }

    /** Says in which other database the state is, when it is not in this folder. */
    Path elsewhere() {
        return root.resolve(ELSEWHERE);
    }

    /**
     * The name under which this folder's logs are written. After a restore it is another one than the settings say, so
     * that the log that was restored is never written again; {@code node.json} tells which.
     */
    Name node(Name configured) {
        var file = root.resolve(NODE_FILE);
        if (Files.notExists(file)) return configured;
        try {
            var said = JsonReader.readObject(Files.readAllBytes(file));
            boolean ours = said.string("of").equals(Optional.of(configured.text()));
            return ours ? new Name(said.string("node").orElseThrow()) : configured;
        } catch (IOException | JsonError | IllegalArgumentException | NoSuchElementException e) {
            throw new StartFailure(
                    file + " cannot be read, and without it the wrong log would be written",
                    "put it back, or run writ recover --data DIR",
                    e);
        }
    }

    /** Space for revocations that can be written nowhere else. */
    Path reserve() {
        return root.resolve("reserve");
    }

    Path keys() {
        return root.resolve("keys");
    }

    Path policies() {
        return root.resolve("policies");
    }

    /** What was published, one folder for each tenant: it is what decides, so it is no cache. */
    Path bundles(Name tenant) {
        return root.resolve("bundles").resolve(tenant.text());
    }

    /** Where stdio servers run that name no directory. */
    Path work() {
        return root.resolve("work");
    }

    /** The credential with which a command line on the same machine finds us. */
    Path ownerFile() {
        return cli().resolve("owner.json");
    }

    Path cli() {
        return root.resolve("cli");
    }
}
