package dev.writ.vault;

import dev.writ.base.Digest;
import dev.writ.vault.VaultError.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The key that wraps data keys: a file of one line, {@code writ-master-key-v1 } and 32 bytes in base64, readable by its
 * owner alone. Its id, 16 hexadecimal digits of a digest, tells one from another without saying anything about it.
 */
final class MasterKey {
    private static final Pattern FORM = Pattern.compile("writ-master-key-v1 ([A-Za-z0-9+/]{43}=)\n?");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final byte[] ID_CONTEXT = "writ-master-key-id\0".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private final String id;

    private MasterKey(byte[] bytes) {
        this.bytes = bytes;
        this.id = Digest.of(ID_CONTEXT, bytes).toString().substring(0, 16);
    }

    static MasterKey read(Path file) {
        try {
            var others = Files.getPosixFilePermissions(file);
            others.removeAll(PosixFilePermissions.fromString("rwx------"));
            if (!others.isEmpty())
                throw new VaultError(
                        Code.MASTER_KEY_EXPOSED,
                        file + " can be read by others; run chmod 600 on it, then start again");
            return of(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new VaultError(
                    Code.MASTER_KEY_MISSING,
                    file + " is missing but secrets exist; restore it from the backup, or delete the secrets",
                    e);
        } catch (IOException e) {
            throw new VaultError(Code.UNREADABLE, file + " cannot be read", e);
        }
    }

    /** Makes a key and its file: complete and on disk, or not there. */
    static MasterKey create(Path file, RandomGenerator random) {
        var bytes = new byte[Gcm.KEY_BYTES];
        random.nextBytes(bytes);
        var line = "writ-master-key-v1 " + Base64.getEncoder().encodeToString(bytes) + "\n";
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = FileChannel.open(fresh, options, PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
                var text = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
                while (text.hasRemaining()) channel.write(text);
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            syncFolder(file);
            return new MasterKey(bytes);
        } catch (IOException e) {
            throw new VaultError(Code.UNREADABLE, file + " cannot be written; make its folder exist and writable", e);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    String id() {
        return id;
    }

    @Override
    public String toString() {
        return "master key " + id;
    }

    private static MasterKey of(Path file, String text) {
        var form = FORM.matcher(text);
        if (!form.matches())
            throw new VaultError(Code.MASTER_KEY_MALFORMED, file + " is not a master key; restore it from the backup");
        return new MasterKey(Base64.getDecoder().decode(form.group(1)));
    }

    private static void syncFolder(Path file) throws IOException {
        try (var folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
