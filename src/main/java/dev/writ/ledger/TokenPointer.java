package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.ledger.verify.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The file that stands where a private key would, when that is in a token: {@code writ-token-v1}, the algorithm, what
 * the token and the key in it are called, and the public key. It holds no secret.
 */
record TokenPointer(String token, String label, PublicKey key) {
    private static final String VERSION = "writ-token-v1";
    private static final String ALGORITHM = "Ed25519";
    private static final int LINES = 5;

    /** A log's key is called as its verifier key begins: {@code <origin>+<key id>}. */
    static String label(VerifierKey verifier) {
        return verifier.name() + "+" + HexFormat.of().toHexDigits(verifier.id());
    }

    byte[] bytes() {
        var encoded = Base64.getEncoder().encodeToString(key.getEncoded());
        return (String.join("\n", VERSION, ALGORITHM, token, label, encoded) + "\n").getBytes(UTF_8);
    }

    static TokenPointer read(Path file) throws IOException {
        var lines = Files.readAllLines(file);
        if (lines.size() != LINES
                || !lines.get(0).equals(VERSION)
                || !lines.get(1).equals(ALGORITHM)) throw damaged(file, null);
        try {
            var encoded = new X509EncodedKeySpec(Base64.getDecoder().decode(lines.get(4)));
            var key = KeyFactory.getInstance(ALGORITHM).generatePublic(encoded);
            return new TokenPointer(lines.get(2), lines.get(3), key);
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw damaged(file, e);
        }
    }

    private static LedgerFailure damaged(Path file, @org.jspecify.annotations.Nullable Exception e) {
        return new LedgerFailure(LedgerFailure.Code.DAMAGED, file + ": not a " + VERSION + " file", e);
    }
}
