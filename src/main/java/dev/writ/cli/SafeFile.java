package dev.writ.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Writes files whole or not at all: a new file beside the old one, synced, then put in its place. An existing file keeps
 * its permissions, and a link stays a link to the file that is replaced.
 */
final class SafeFile {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private SafeFile() {}

    /** Writes a file that only its owner may read, also when it was there before. */
    static void writeSecret(Path file, byte[] content) {
        var parent = file.toAbsolutePath().getParent();
        if (parent != null) makeSecretFolder(parent);
        write(file, content, Optional.of(PosixFilePermissions.fromString("rw-------")));
    }

    /** Writes a file; a new one gets the given permissions, an old one keeps its own. */
    static void write(Path file, byte[] content, String permissionsIfNew) {
        write(
                file,
                content,
                permissions(file).or(() -> Optional.of(PosixFilePermissions.fromString(permissionsIfNew))));
    }

    /** Makes a folder that only its owner may enter, with those above it. */
    static void makeSecretFolder(Path folder) {
        if (Files.isDirectory(folder)) return;
        try {
            Files.createDirectories(folder, attributes(Optional.of(PosixFilePermissions.fromString("rwx------"))));
        } catch (IOException e) {
            throw failed(folder, "cannot be made", e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed(file, "cannot be deleted", e);
        }
    }

    private static void write(Path named, byte[] content, Optional<Set<PosixFilePermission>> permissions) {
        try {
            var parent = named.toAbsolutePath().getParent();
            if (parent != null && !Files.isDirectory(parent)) Files.createDirectories(parent);
            var file = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
            var beside = temporary(file, permissions);
            try {
                fill(beside, content);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw failed(named, "cannot be written", e);
        }
    }

    private static Path temporary(Path file, Optional<Set<PosixFilePermission>> permissions) throws IOException {
        var folder = file.getParent();
        var beside = folder == null
                ? Files.createTempFile(".writ-", ".tmp")
                : Files.createTempFile(folder, ".writ-", ".tmp"); // 0600 from its first moment
        // Set rather than given at creation, where the umask would take bits away.
        if (POSIX && permissions.isPresent()) Files.setPosixFilePermissions(beside, permissions.get());
        return beside;
    }

    private static void fill(Path file, byte[] content) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) channel.write(left);
            channel.force(true);
        }
    }

    private static Optional<Set<PosixFilePermission>> permissions(Path file) {
        if (!POSIX || !Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw failed(file, "cannot be read", e);
        }
    }

    private static FileAttribute<?>[] attributes(Optional<Set<PosixFilePermission>> permissions) {
        if (!POSIX || permissions.isEmpty()) return new FileAttribute<?>[0];
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions.get())};
    }

    private static CliError failed(Path file, String what, IOException e) {
        return new CliError(
                Exit.FAILED, file + " " + what, String.valueOf(e), "check that the folder is there and yours");
    }
}
