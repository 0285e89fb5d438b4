package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A signed note (c2sp.org/signed-note): a text ending in a newline, an empty line, signature lines. Parsing is strict:
 * what differs in one byte from what a signer wrote is either refused here or fails its signature.
 */
public record Note(String text, List<Line> signatures) {
    public static final int BYTES_MAX = 256 << 10;
    private static final String DASH = "\u2014 ";

    /** One signature line: the key's name and id and what the key's type makes of the bytes. */
    public static final class Line {
        private final String name;
        private final int keyId;
        private final byte[] signature;

        public Line(String name, int keyId, byte[] signature) {
            this.name = name;
            this.keyId = keyId;
            this.signature = signature.clone();
        }

        public String name() {
            return name;
        }

        public int keyId() {
            return keyId;
        }

        public byte[] signature() {
            return signature.clone();
        }

        boolean by(VerifierKey key) {
            return name.equals(key.name()) && keyId == key.id();
        }

        @Override
        public String toString() {
            var bytes = ByteBuffer.allocate(4 + signature.length).putInt(keyId).put(signature);
            return DASH + name + " " + Base64.getEncoder().encodeToString(bytes.array()) + "\n";
        }
    }

    public Note {
        signatures = List.copyOf(signatures);
    }

    public static Note parse(byte[] bytes) {
        if (bytes.length > BYTES_MAX) throw new IllegalArgumentException("a note has at most " + BYTES_MAX + " bytes");
        var whole = decoded(bytes);
        for (int i = 0; i < whole.length(); i++)
            if (whole.charAt(i) < 0x20 && whole.charAt(i) != '\n')
                throw new IllegalArgumentException("a note holds no control character but newline");
        int split = whole.lastIndexOf("\n\n");
        if (split < 0 || split + 2 >= whole.length() || !whole.endsWith("\n"))
            throw new IllegalArgumentException("a note is a text, an empty line and signatures");
        var lines = new ArrayList<Line>();
        for (var line : whole.substring(split + 2, whole.length() - 1).split("\n", -1)) lines.add(line(line));
        return new Note(whole.substring(0, split + 1), lines);
    }

    private static Line line(String line) {
        var parts = line.startsWith(DASH) ? line.substring(DASH.length()).split(" ", -1) : new String[0];
        if (parts.length != 2 || !isKeyName(parts[0]))
            throw new IllegalArgumentException("a signature line is a dash, a name and base64");
        var bytes = ByteBuffer.wrap(base64(parts[1]));
        if (bytes.remaining() < 5) throw new IllegalArgumentException("a signature has a key id and bytes");
        int id = bytes.getInt();
        var signature = new byte[bytes.remaining()];
        bytes.get(signature);
        return new Line(parts[0], id, signature);
    }

    /** signed-note: key names are not empty and have no spaces and no plus. */
    static boolean isKeyName(String name) {
        return !name.isEmpty()
                && name.codePoints()
                        .noneMatch(c -> c == '+' || c <= ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c));
    }

    /** Base64 (RFC 4648 §4) in its one canonical form: the JDK would let unused bits and missing padding pass. */
    static byte[] base64(String text) {
        var bytes = Base64.getDecoder().decode(text);
        if (!Base64.getEncoder().encodeToString(bytes).equals(text))
            throw new IllegalArgumentException("base64 that is not canonical");
        return bytes;
    }

    private static String decoded(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a note is valid UTF-8", e);
        }
    }

    /** The note as it is stored and sent. */
    @Override
    public String toString() {
        var whole = new StringBuilder(text).append('\n');
        for (var line : signatures) whole.append(line);
        return whole.toString();
    }
}
