package dev.writ.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.TreeHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The body of {@code POST /add-checkpoint} (tlog-witness): from which size, the proof, the checkpoint. Read strictly;
 * what is not exactly of this form is refused as an IllegalArgumentException.
 */
record Submission(long old, List<byte[]> proof, Checkpoint checkpoint) {
    static final int BYTES_MAX = 64 << 10;
    /** "The client MUST NOT send more than 63 consistency proof lines." */
    static final int PROOF_MAX = 63;

    /** signed-note: at least 16 signatures must be taken; each of them costs a witness at most one verification. */
    private static final int SIGNATURES_MAX = 64;

    private static final int HASH_CHARS = 44;

    Submission {
        proof = List.copyOf(proof);
        if (proof.size() > PROOF_MAX) throw new IllegalArgumentException("more than 63 lines of proof");
    }

    static Submission parse(byte[] body) {
        if (body.length > BYTES_MAX) throw new IllegalArgumentException("more than " + BYTES_MAX + " bytes");
        int at = 0;
        var first = line(body, at);
        if (!first.matches("old (0|[1-9][0-9]{0,17})")) throw new IllegalArgumentException("no old size line");
        at += first.length() + 1;
        var proof = new ArrayList<byte[]>();
        for (var line = line(body, at); !line.isEmpty(); line = line(body, at)) {
            if (proof.size() == PROOF_MAX) throw new IllegalArgumentException("more than 63 lines of proof");
            proof.add(hash(line));
            at += line.length() + 1;
        }
        var checkpoint = Checkpoint.parseExtended(Arrays.copyOfRange(body, at + 1, body.length));
        if (checkpoint.note().signatures().size() > SIGNATURES_MAX)
            throw new IllegalArgumentException("more than " + SIGNATURES_MAX + " signatures");
        return new Submission(Long.parseLong(first.substring(4)), proof, checkpoint);
    }

    /** The line that begins at a place; these lines are ASCII, and a short one is enough. */
    private static String line(byte[] body, int from) {
        int to = from;
        while (to < body.length && body[to] != '\n') {
            if (body[to] < 0x20 || body[to] > 0x7E || to - from > HASH_CHARS)
                throw new IllegalArgumentException("not a line of a submission");
            to++;
        }
        if (to == body.length) throw new IllegalArgumentException("cut short");
        return new String(body, from, to - from, UTF_8);
    }

    private static byte[] hash(String line) {
        var hash = line.length() == HASH_CHARS ? Base64.getDecoder().decode(line) : new byte[0];
        if (hash.length != TreeHash.BYTES
                || !Base64.getEncoder().encodeToString(hash).equals(line))
            throw new IllegalArgumentException("a line of proof is a hash in base64");
        return hash;
    }

    byte[] bytes() {
        var text = new StringBuilder("old ").append(old).append('\n');
        for (var hash : proof)
            text.append(Base64.getEncoder().encodeToString(hash)).append('\n');
        return text.append('\n').append(checkpoint.note()).toString().getBytes(UTF_8);
    }
}
