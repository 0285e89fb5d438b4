package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/** The signed head of a log (c2sp.org/tlog-checkpoint): whose log, how many leaves, their root, and who says so. */
public record Checkpoint(String origin, long size, Digest root, Note note) {
    private static final byte[] COSIGNED = "subtree/v1\n\0".getBytes(UTF_8);

    public static Checkpoint parse(byte[] bytes) {
        var note = Note.parse(bytes);
        var lines = note.text().split("\n", -1);
        // We write no extension lines (they are not recommended, and ML-DSA-44 does not sign them), so we accept none.
        if (lines.length != 4 || lines[0].isEmpty())
            throw new IllegalArgumentException("a checkpoint has the lines origin, size and root");
        if (!lines[1].matches("0|[1-9][0-9]{0,17}")) throw new IllegalArgumentException("not a tree size");
        return new Checkpoint(lines[0], Long.parseLong(lines[1]), Digest.ofBytes(Note.base64(lines[2])), note);
    }

    /** The text that is signed. */
    public static String text(String origin, long size, Digest root) {
        return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root.bytes()) + "\n";
    }

    /** tlog-cosignature, "ML-DSA-44 signed message": the whole tree as the subtree from 0. */
    public static byte[] cosignedMessage(String cosigner, long timestamp, String origin, long size, Digest root) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(COSIGNED);
        shortText(out, cosigner);
        out.writeBytes(ByteBuffer.allocate(8).putLong(timestamp).array());
        shortText(out, origin);
        out.writeBytes(ByteBuffer.allocate(16).putLong(0).putLong(size).array());
        out.writeBytes(root.bytes());
        return out.toByteArray();
    }

    private static void shortText(ByteArrayOutputStream out, String text) {
        var bytes = text.getBytes(UTF_8);
        if (bytes.length == 0 || bytes.length > 255) throw new IllegalArgumentException("a name has 1 to 255 bytes");
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    /** Whether a key signed this checkpoint: it has a line of the key, and every such line verifies. */
    public boolean signedBy(VerifierKey key) {
        var lines = note.signatures().stream().filter(line -> line.by(key)).toList();
        return !lines.isEmpty() && lines.stream().allMatch(line -> verifies(key, line.signature()));
    }

    private boolean verifies(VerifierKey key, byte[] signature) {
        return switch (key.type()) {
            case ED25519 -> key.signed(note.text().getBytes(UTF_8), signature);
            case ML_DSA_44 -> {
                if (signature.length < 8) yield false;
                long timestamp = ByteBuffer.wrap(signature).getLong();
                if (timestamp < 0) yield false; // tlog-cosignature: must not exceed 2^63 - 1
                yield key.signed(
                        cosignedMessage(key.name(), timestamp, origin, size, root),
                        Arrays.copyOfRange(signature, 8, signature.length));
            }
        };
    }

    public byte[] bytes() {
        return note.toString().getBytes(UTF_8);
    }
}
