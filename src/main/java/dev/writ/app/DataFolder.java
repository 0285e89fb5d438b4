package dev.writ.app;

import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where everything of an installation lies; readable by its owner alone. */
record DataFolder(Path root) {
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
