package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Note;
import dev.writ.ledger.verify.VerifierKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Signs checkpoints under one name with keys of several types: a log its own, a witness those of others. */
public final class CheckpointSigner {
    /** A private key, wherever it is, and what verifies it. */
    record Held(VerifierKey verifier, SigningKey key) {
        @Override
        public String toString() {
            return verifier.toString();
        }
    }

    private final List<Held> held;

    CheckpointSigner(List<Held> held) {
        this.held = List.copyOf(held);
    }

    /** One key of each type out of a folder, made there when they may be made. */
    static CheckpointSigner in(KeyFolder folder, String name, Set<VerifierKey.Type> types) throws IOException {
        var held = new ArrayList<Held>();
        for (var type : types) held.add(folder.held(name, type));
        return new CheckpointSigner(held);
    }

    /**
     * A witness's keys in a folder of their own.
     *
     * @param mayCreate false where their loss must be told and not be papered over by new ones
     */
    public static CheckpointSigner ofWitness(String name, Path folder, SecureRandom random, boolean mayCreate) {
        try {
            return in(
                    new KeyFolder(folder, Disk.REAL, random, mayCreate, Optional.empty()),
                    name,
                    VerifierKey.Type.OF_WITNESSES);
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the keys in " + folder + " cannot be used");
        }
    }

    public List<VerifierKey> keys() {
        return held.stream().map(Held::verifier).toList();
    }

    /** Where each key is kept. */
    List<Custody.Place> places() {
        return held.stream()
                .map(each -> new Custody.Place(each.verifier.type().algorithm(), each.key.place()))
                .toList();
    }

    /** The signature lines for a checkpoint, one for each key, of the moment given. */
    public List<Note.Line> sign(Checkpoint checkpoint, long epochSecond) {
        var lines = new ArrayList<Note.Line>();
        for (var signer : held) {
            var key = signer.verifier;
            var signature =
                    switch (key.type()) {
                        case ED25519 -> signer.key.sign(checkpoint.note().text().getBytes(UTF_8));
                        case ED25519_COSIGNATURE, ML_DSA_44 -> cosignature(signer, checkpoint, epochSecond);
                    };
            lines.add(new Note.Line(key.name(), key.id(), signature));
        }
        return lines;
    }

    /** tlog-cosignature, "Format": a timestamp before the signature. */
    private static byte[] cosignature(Held signer, Checkpoint checkpoint, long epochSecond) {
        var signature = signer.key.sign(checkpoint.cosignMessage(signer.verifier, epochSecond));
        return ByteBuffer.allocate(8 + signature.length)
                .putLong(epochSecond)
                .put(signature)
                .array();
    }
}
