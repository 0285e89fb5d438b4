package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Locale;

/**
 * A tenant's keys, one file each, readable by the owner alone: {@code writ-key-v1}, what it is, then base64 lines. Made
 * on first use; a key that is missing although its log exists is never replaced, for that would be another log.
 */
final class KeyFolder {
    private static final String VERSION = "writ-key-v1";

    private final Path folder;
    private final Disk disk;
    private final SecureRandom random;
    private final boolean mayCreate;

    KeyFolder(Path folder, Disk disk, SecureRandom random, boolean mayCreate) {
        this.folder = folder;
        this.disk = disk;
        this.random = random;
        this.mayCreate = mayCreate;
    }

    static String fileName(String algorithm) {
        return algorithm.toLowerCase(Locale.ROOT) + ".key";
    }

    KeyPair pair(String algorithm) throws IOException {
        var file = folder.resolve(fileName(algorithm));
        try {
            if (!Files.exists(file)) {
                var generator = KeyPairGenerator.getInstance(algorithm);
                generator.initialize(
                        algorithm.equals("Ed25519")
                                ? java.security.spec.NamedParameterSpec.ED25519
                                : java.security.spec.NamedParameterSpec.ML_DSA_44,
                        random);
                var pair = generator.generateKeyPair();
                create(
                        file,
                        algorithm,
                        pair.getPrivate().getEncoded(),
                        pair.getPublic().getEncoded());
            }
            var parts = read(file, algorithm, 2);
            var factory = KeyFactory.getInstance(algorithm);
            return new KeyPair(
                    factory.generatePublic(new X509EncodedKeySpec(parts[1])),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(parts[0])));
        } catch (GeneralSecurityException e) {
            throw new LedgerFailure(LedgerFailure.Code.DAMAGED, file + ": not a key for " + algorithm, e);
        }
    }

    byte[] secret(String purpose, int bytes) throws IOException {
        var file = folder.resolve(purpose + ".key");
        if (!Files.exists(file)) {
            var key = new byte[bytes];
            random.nextBytes(key);
            create(file, purpose, key);
        }
        var key = read(file, purpose, 1)[0];
        if (key.length != bytes) throw damaged(file);
        return key;
    }

    private void create(Path file, String what, byte[]... parts) throws IOException {
        if (!mayCreate)
            throw new LedgerFailure(
                    LedgerFailure.Code.DAMAGED,
                    file + ": missing, although its log exists; put it back from the backup of the keys");
        if (!Files.isDirectory(folder)) {
            disk.createFolders(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        var text = new StringBuilder(VERSION).append('\n').append(what).append('\n');
        for (var part : parts)
            text.append(Base64.getEncoder().encodeToString(part)).append('\n');
        disk.replaceSecret(file, text.toString().getBytes(UTF_8));
    }

    private static byte[][] read(Path file, String what, int parts) throws IOException {
        var lines = Files.readAllLines(file);
        if (lines.size() != 2 + parts
                || !lines.get(0).equals(VERSION)
                || !lines.get(1).equals(what)) throw damaged(file);
        try {
            var read = new byte[parts][];
            for (int i = 0; i < parts; i++) read[i] = Base64.getDecoder().decode(lines.get(2 + i));
            return read;
        } catch (IllegalArgumentException e) {
            throw new LedgerFailure(LedgerFailure.Code.DAMAGED, file + ": not a key file", e);
        }
    }

    private static LedgerFailure damaged(Path file) {
        return new LedgerFailure(LedgerFailure.Code.DAMAGED, file + ": not a " + VERSION + " file");
    }
}
