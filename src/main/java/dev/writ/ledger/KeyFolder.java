package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.ledger.CheckpointSigner.Held;
import dev.writ.ledger.token.Token;
import dev.writ.ledger.verify.VerifierKey;
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
import java.util.Optional;

/**
 * A tenant's keys, one file each, readable by the owner alone: {@code writ-key-v1}, what it is, then base64 lines. Made
 * on first use; a key that is missing although its log exists is never replaced, for that would be another log. Of a key
 * in a token the file only says which one it is.
 */
final class KeyFolder {
    private static final String VERSION = "writ-key-v1";

    private final Path folder;
    private final Disk disk;
    private final SecureRandom random;
    private final boolean mayCreate;
    private final Optional<Token> token;

    /** @param token where new keys of the types that tokens have are made */
    KeyFolder(Path folder, Disk disk, SecureRandom random, boolean mayCreate, Optional<Token> token) {
        this.folder = folder;
        this.disk = disk;
        this.random = random;
        this.mayCreate = mayCreate;
        this.token = token;
    }

    static String fileName(String algorithm) {
        return algorithm.toLowerCase(Locale.ROOT) + ".key";
    }

    /** The file that says which key of a token it is. */
    static String pointerName(String algorithm) {
        return algorithm.toLowerCase(Locale.ROOT) + ".token";
    }

    /** A key of one type, where it is; made when there is none and one may be made. */
    Held held(String name, VerifierKey.Type type) throws IOException {
        if (Files.exists(pointer(type))) return inToken(name, type, pointed(type));
        if (!Files.exists(file(type)) && token.isPresent() && type == VerifierKey.Type.ED25519)
            return inToken(name, type, made(name, type, token.get()));
        var pair = pair(type.algorithm());
        return new Held(VerifierKey.of(name, type, pair.getPublic()), new SigningKey.InFile(pair.getPrivate()));
    }

    /** The public half alone; asks no token. */
    VerifierKey verifier(String name, VerifierKey.Type type) throws IOException {
        return VerifierKey.of(
                name,
                type,
                Files.exists(pointer(type))
                        ? pointed(type).key()
                        : pair(type.algorithm()).getPublic());
    }

    /** Whether a key of this type is here, in whatever place. */
    boolean has(VerifierKey.Type type) {
        return Files.exists(file(type)) || Files.exists(pointer(type));
    }

    private Path file(VerifierKey.Type type) {
        return folder.resolve(fileName(type.algorithm()));
    }

    private Path pointer(VerifierKey.Type type) {
        return folder.resolve(pointerName(type.algorithm()));
    }

    private TokenPointer pointed(VerifierKey.Type type) throws IOException {
        if (Files.exists(file(type)))
            throw new LedgerFailure(
                    LedgerFailure.Code.DAMAGED,
                    folder + ": a key for " + type.algorithm()
                            + " in a file and one in a token, and only one can be right");
        return TokenPointer.read(pointer(type));
    }

    private Held inToken(String name, VerifierKey.Type type, TokenPointer pointer) {
        var holder = holder(pointer);
        holder.prove(pointer.label(), pointer.key());
        return new Held(
                VerifierKey.of(name, type, pointer.key()),
                new SigningKey.InToken(holder, pointer.label(), pointer.key()));
    }

    /** The token that a key is in, which must be the one that the settings name. */
    Token holder(TokenPointer pointer) {
        var settings = token.map(known -> "the settings name " + known.label()).orElse("the settings name none");
        return token.filter(known -> known.label().equals(pointer.token()))
                .orElseThrow(() -> new LedgerFailure(
                        LedgerFailure.Code.TOKEN,
                        "the key " + pointer.label() + " is in the token " + pointer.token() + ", and " + settings));
    }

    private TokenPointer made(String name, VerifierKey.Type type, Token maker) throws IOException {
        createFolder(pointer(type));
        var key = maker.generate(found -> TokenPointer.label(VerifierKey.of(name, type, found)));
        var pointer = new TokenPointer(maker.label(), TokenPointer.label(VerifierKey.of(name, type, key)), key);
        disk.replaceSecret(pointer(type), pointer.bytes());
        return pointer;
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
        createFolder(file);
        var text = new StringBuilder(VERSION).append('\n').append(what).append('\n');
        for (var part : parts)
            text.append(Base64.getEncoder().encodeToString(part)).append('\n');
        disk.replaceSecret(file, text.toString().getBytes(UTF_8));
    }

    /** Where a new key will be, if one may be made. */
    private void createFolder(Path file) throws IOException {
        if (!mayCreate)
            throw new LedgerFailure(
                    LedgerFailure.Code.DAMAGED,
                    file + ": missing, although its log exists; put it back from the backup of the keys"
                            + (token.isPresent() ? " (a log's key goes into a token by writ key rotate alone)" : ""));
        if (!Files.isDirectory(folder)) {
            disk.createFolders(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
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
