package dev.writ.ledger;

import dev.writ.base.Digest;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Note;
import dev.writ.ledger.verify.SideCipher;
import dev.writ.ledger.verify.Trust;
import dev.writ.ledger.verify.VerifierKey;
import java.io.IOException;
import java.util.List;

/**
 * What a log signs its checkpoints with: Ed25519, which everybody can check, and ML-DSA-44, which will still mean
 * something when somebody has a quantum computer; and the master key of its side store. The first may be in a token.
 */
final class LogKeys {
    private final String origin;
    private final CheckpointSigner signer;
    private final SideCipher cipher;

    LogKeys(String origin, KeyFolder folder) throws IOException {
        this.origin = origin;
        this.signer = CheckpointSigner.in(folder, origin, VerifierKey.Type.OF_LOGS);
        this.cipher = new SideCipher(folder.secret("side", SideCipher.KEY_BYTES));
    }

    SideCipher cipher() {
        return cipher;
    }

    Trust trust() {
        return new Trust(signer.keys());
    }

    List<Custody.Place> places() {
        return signer.places();
    }

    Checkpoint sign(long size, Digest root, long epochSecond) {
        var text = Checkpoint.text(origin, size, root);
        var unsigned = new Checkpoint(origin, size, root, new Note(text, List.of()));
        return unsigned.with(signer.sign(unsigned, epochSecond));
    }
}
