package dev.writ.identity.issuer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that holds keys: for its owner alone, and complete on disk or not there. */
final class KeyFile {
    private KeyFile() {}

    static String read(Path file) {
        try {
            var others = Files.getPosixFilePermissions(file);
            others.removeAll(PosixFilePermissions.fromString("rwx------"));
            if (!others.isEmpty())
                throw new IssuerFailure(file + " can be read by others; run chmod 600 on it, then start again");
            return Files.readString(file);
        } catch (IOException e) {
            throw new IssuerFailure(file + " cannot be read; restore it, or delete it and everybody signs in anew", e);
        }
    }

    static void write(Path file, String text) {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = FileChannel.open(fresh, options, owner)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) channel.write(bytes);
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            try (var folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new IssuerFailure(file + " cannot be written; make its folder exist and writable", e);
        }
    }
}
