package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;

/** The signed head of a log (c2sp.org/tlog-checkpoint): whose log, how many leaves, their root, and who says so. */
public record Checkpoint(String origin, long size, Digest root, Note note) {
    private static final int EXTENSION_LINES_MAX = 64;
    private static final byte[] COSIGNED = "subtree/v1\n\0".getBytes(UTF_8);

    public static Checkpoint parse(byte[] bytes) {
        // We write no extension lines (they are not recommended, and ML-DSA-44 does not sign them), so we accept none.
        return parse(bytes, 0);
    }

    /**
     * One of another log, as a witness must take it: with extension lines, which are kept word for word, for Ed25519
     * cosignatures sign them (tlog-cosignature, "Ed25519 signed message"), and about which nothing is said.
     */
    public static Checkpoint parseExtended(byte[] bytes) {
        return parse(bytes, EXTENSION_LINES_MAX);
    }

    private static Checkpoint parse(byte[] bytes, int extensions) {
        var note = Note.parse(bytes);
        var lines = note.text().split("\n", -1);
        if (lines.length < 4 || lines.length > 4 + extensions || lines[0].isEmpty())
            throw new IllegalArgumentException("a checkpoint has the lines origin, size and root");
        for (int i = 3; i < lines.length - 1; i++)
            if (lines[i].isEmpty()) throw new IllegalArgumentException("an extension line is not empty");
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

    /** tlog-cosignature, "Ed25519 signed message": two lines before the note's text. */
    public static byte[] timedMessage(long timestamp, String text) {
        return ("cosignature/v1\ntime " + timestamp + "\n" + text).getBytes(UTF_8);
    }

    /** This checkpoint with further signatures behind its own; lines that it has already are not added again. */
    public Checkpoint with(List<Note.Line> more) {
        var lines = new LinkedHashMap<String, Note.Line>();
        for (var line : note.signatures()) lines.put(line.toString(), line);
        for (var line : more) lines.putIfAbsent(line.toString(), line);
        return new Checkpoint(origin, size, root, new Note(note.text(), List.copyOf(lines.values())));
    }

    /** This checkpoint with the signatures alone that a test lets pass. */
    public Checkpoint only(Predicate<Note.Line> wanted) {
        var lines = note.signatures().stream().filter(wanted).toList();
        return new Checkpoint(origin, size, root, new Note(note.text(), lines));
    }

    /**
     * Whether a witness's key cosigned this checkpoint: as {@link #signedBy}, and with the time, which a witness must
     * not leave out (tlog-witness, "add-checkpoint").
     */
    public boolean cosignedBy(VerifierKey key) {
        return signedBy(key)
                && note.signatures().stream()
                        .filter(line -> line.by(key))
                        .allMatch(line -> ByteBuffer.wrap(line.signature()).getLong() != 0);
    }

    /** Whether there is a line that names a key, whatever it is worth. */
    public boolean names(VerifierKey key) {
        return note.signatures().stream().anyMatch(line -> line.by(key));
    }

    /** Whether a key signed this checkpoint: it has a line of the key, and every such line verifies. */
    public boolean signedBy(VerifierKey key) {
        var lines = note.signatures().stream().filter(line -> line.by(key)).toList();
        return !lines.isEmpty() && lines.stream().allMatch(line -> verifies(key, line.signature()));
    }

    private boolean verifies(VerifierKey key, byte[] signature) {
        return switch (key.type()) {
            case ED25519 -> key.signed(note.text().getBytes(UTF_8), signature);
            case ED25519_COSIGNATURE, ML_DSA_44 -> timed(key, signature);
        };
    }

    private boolean timed(VerifierKey key, byte[] signature) {
        if (signature.length < 8) return false;
        long timestamp = ByteBuffer.wrap(signature).getLong();
        if (timestamp < 0) return false; // tlog-cosignature: must not exceed 2^63 - 1
        return key.signed(cosignMessage(key, timestamp), Arrays.copyOfRange(signature, 8, signature.length));
    }

    /** What a key of a timestamped type signs of this checkpoint at a time. */
    public byte[] cosignMessage(VerifierKey key, long timestamp) {
        return key.type() == VerifierKey.Type.ML_DSA_44
                ? cosignedMessage(key.name(), timestamp, origin, size, root)
                : timedMessage(timestamp, note.text());
    }

    public byte[] bytes() {
        return note.toString().getBytes(UTF_8);
    }
}
