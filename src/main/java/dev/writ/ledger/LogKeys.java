package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Note;
import dev.writ.ledger.verify.SideCipher;
import dev.writ.ledger.verify.Trust;
import dev.writ.ledger.verify.VerifierKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log signs its checkpoints with: Ed25519, which everybody can check, and ML-DSA-44, which will still mean
 * something when somebody has a quantum computer; and the master key of its side store.
 */
final class LogKeys {
    private record Signer(VerifierKey verifier, PrivateKey key) {}

    private final String origin;
    private final List<Signer> signers = new ArrayList<>();
    private final SideCipher cipher;

    LogKeys(String origin, KeyFolder folder) throws java.io.IOException {
        this.origin = origin;
        for (var type : VerifierKey.Type.OF_LOGS) {
            var pair = folder.pair(type.algorithm());
            signers.add(new Signer(VerifierKey.of(origin, type, pair.getPublic()), pair.getPrivate()));
        }
        this.cipher = new SideCipher(folder.secret("side", SideCipher.KEY_BYTES));
    }

    SideCipher cipher() {
        return cipher;
    }

    Trust trust() {
        return new Trust(signers.stream().map(Signer::verifier).toList());
    }

    Checkpoint sign(long size, Digest root, long epochSecond) {
        var text = Checkpoint.text(origin, size, root);
        var lines = new ArrayList<Note.Line>();
        for (var signer : signers) {
            var key = signer.verifier;
            var signature =
                    switch (key.type()) {
                        case ED25519 -> signature(signer, text.getBytes(UTF_8));
                        case ED25519_COSIGNATURE, ML_DSA_44 -> cosignature(signer, size, root, epochSecond);
                    };
            lines.add(new Note.Line(key.name(), key.id(), signature));
        }
        return new Checkpoint(origin, size, root, new Note(text, lines));
    }

    /** tlog-cosignature, "Format": a timestamp before the signature. */
    private byte[] cosignature(Signer signer, long size, Digest root, long epochSecond) {
        var message = Checkpoint.cosignedMessage(signer.verifier.name(), epochSecond, origin, size, root);
        var signature = signature(signer, message);
        return ByteBuffer.allocate(8 + signature.length)
                .putLong(epochSecond)
                .put(signature)
                .array();
    }

    private static byte[] signature(Signer signer, byte[] message) {
        try {
            var signature = Signature.getInstance(signer.verifier.type().algorithm());
            signature.initSign(signer.key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot sign", e);
        }
    }
}
