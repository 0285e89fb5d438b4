package dev.writ.walks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Data folders as things that are copied about: by people with a backup, by a crash, by an attacker. */
public final class Folders {
    private Folders() {}

    /** Copies a folder; of write-ahead segments only what is not zero, and no spare ones, for the time it takes. */
    public static void copy(Path from, Path to) throws IOException {
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
