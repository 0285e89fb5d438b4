package dev.writ.app;

import dev.writ.base.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Folders that are copied: durably, readable by their owner alone, and compared with what was read. */
final class Copies {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");

    private Copies() {}

    /** Makes an empty folder, in place of what an earlier attempt left there. */
    static void begin(Path folder) throws IOException {
        delete(folder);
        var parent = folder.toAbsolutePath().getParent();
        if (parent != null) Files.createDirectories(parent);
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER));
    }

    /** Copies what is at a place, if anything is; links are not followed and not copied. */
    static void copy(Path from, Path to) throws IOException {
        if (Files.isSymbolicLink(from) || Files.notExists(from)) return;
        if (!Files.isDirectory(from)) {
            Files.createDirectories(to.toAbsolutePath().getParent());
            Files.copy(from, to);
            if (!digest(from).equals(digest(to)))
                throw new IOException(to + " does not hold what was read from " + from);
            return;
        }
        Files.createDirectories(to);
        for (var each : list(from)) copy(each, to.resolve(String.valueOf(each.getFileName())));
    }

    static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) return List.of();
        try (var found = Files.list(folder)) {
            return found.sorted().toList();
        }
    }

    /** Every file below a folder, links among them as what they are. */
    static List<Path> files(Path folder) throws IOException {
        try (var found = Files.walk(folder)) {
            return found.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
    }

    static Digest digest(Path file) throws IOException {
        var sha = Digest.sha256();
        var buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) sha.update(buffer, 0, read);
        }
        return Digest.ofBytes(sha.digest());
    }

    /** Makes everything below a folder durable and its owner's. */
    static void settle(Path folder) throws IOException {
        List<Path> all;
        try (var found = Files.walk(folder)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (var each : all) {
            boolean isFolder = Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS);
            Files.setPosixFilePermissions(each, isFolder ? OWNER : OWNER_FILE);
            force(each, isFolder);
        }
    }

    private static void force(Path each, boolean folder) throws IOException {
        try (var channel = FileChannel.open(each, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Gives a finished folder its name, durably; where an empty folder stands, it goes there. */
    static void publish(Path finished, Path name) throws IOException {
        Files.move(finished, name, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        var parent = name.toAbsolutePath().getParent();
        if (parent != null) force(parent, true);
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) return;
        try (var found = Files.walk(folder)) {
            for (var each : found.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }

    /** Whether nothing stands at a place, or an empty folder. */
    static boolean free(Path place) throws IOException {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) return true;
        return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
                && list(place).isEmpty();
    }
}
