package dev.writ.walks;

import dev.writ.store.Databases;
import dev.writ.store.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Data folders as things that are copied about: by people with a backup, by a crash, by an attacker. */
public final class Folders {
    private static final String DATABASE = "writ.db";

    private Folders() {}

    /**
     * Copies a folder, with its state where that is on a server; of write-ahead segments only what is not zero, and no
     * spare ones, for the time it takes.
     */
    public static void copy(Path from, Path to) throws IOException {
        if (onServer(from)) Databases.copyOnServer(from, to);
        // Heads first: while Writ runs, everything that a head covers is there before it and stays.
        copy(from, to, true);
        copy(from, to, false);
    }

    private static void copy(Path from, Path to, boolean heads) throws IOException {
        List<Path> all;
        try (var found = Files.walk(from)) {
            all = found.toList();
        }
        for (var each : all) {
            if (Files.isRegularFile(each) && each.endsWith("checkpoint") != heads) continue;
            var target = to.resolve(from.relativize(each).toString());
            var name = String.valueOf(each.getFileName());
            if (name.endsWith(".tmp") || name.endsWith(".part")) continue; // never more than half of something
            if (Files.isDirectory(each)) Files.createDirectories(target);
            else if (name.endsWith(".wal")) Files.write(target, trimmed(Files.readAllBytes(each)));
            else if (!name.startsWith("spare-"))
                Files.copy(each, target, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Whether a data folder has its state on a server. */
    static boolean onServer(Path data) {
        return Files.exists(data.resolve("database"));
    }

    /** A command line for a data folder, with its database where that is on a server. */
    public static String[] command(Path data, String... words) {
        if (!onServer(data)) return words;
        var more = Arrays.copyOf(words, words.length + 2);
        more[words.length] = "--db";
        more[words.length + 1] = Databases.url(data);
        return more;
    }

    /** Keeps the state of an installation as it is now, wherever it is. */
    static void keepState(Path data, Path kept) throws IOException {
        Files.createDirectories(kept);
        if (onServer(data)) Databases.copyOnServer(data, kept);
        else Snapshot.copy(data.resolve(DATABASE), kept.resolve(DATABASE));
    }

    /** Puts a state that was kept in the place of today's. */
    static void putStateBack(Path data, Path kept) throws IOException {
        loseState(data);
        if (onServer(data)) Databases.copyOnServer(kept, data);
        else Files.copy(kept.resolve(DATABASE), data.resolve(DATABASE));
    }

    static void loseState(Path data) throws IOException {
        if (onServer(data)) Databases.loseOnServer(data);
        else for (var end : List.of("", "-wal", "-shm")) Files.deleteIfExists(data.resolve(DATABASE + end));
    }

    private static byte[] trimmed(byte[] segment) {
        int end = segment.length;
        while (end > 0 && segment[end - 1] == 0) end--;
        return Arrays.copyOf(segment, Math.min(segment.length, end + 64));
    }

    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (var found = Files.walk(folder)) {
            for (var each : found.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }

    /** Puts the parts of one folder in the place of those of another. */
    public static void replace(Path in, Path by, String... parts) throws IOException {
        for (var part : parts) {
            delete(in.resolve(part));
            if (Files.exists(by.resolve(part))) copy(by.resolve(part), in.resolve(part));
        }
    }
}
