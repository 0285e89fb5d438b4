package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The proof that an entry stands at an index of a log (c2sp.org/tlog-proof@v1), without extra data. */
public record LogProof(long index, List<byte[]> path, Checkpoint checkpoint) {
    private static final String HEAD = "c2sp.org/tlog-proof@v1\nindex ";
    private static final int PATH_MAX = 64;

    public LogProof {
        path = List.copyOf(path);
    }

    public static LogProof parse(String text) {
        int blank = text.indexOf("\n\n");
        if (!text.startsWith(HEAD) || blank < 0)
            throw new IllegalArgumentException("not a tlog-proof without extra data");
        var lines = text.substring(HEAD.length(), blank).split("\n", -1);
        if (!lines[0].matches("0|[1-9][0-9]{0,17}")) throw new IllegalArgumentException("not an index");
        if (lines.length > 1 + PATH_MAX) throw new IllegalArgumentException("a path of more than 64 hashes");
        var path = new ArrayList<byte[]>();
        for (int i = 1; i < lines.length; i++) path.add(hash(lines[i]));
        return new LogProof(
                Long.parseLong(lines[0]),
                path,
                Checkpoint.parse(text.substring(blank + 2).getBytes(UTF_8)));
    }

    private static byte[] hash(String line) {
        var hash = Note.base64(line);
        if (hash.length != TreeHash.BYTES) throw new IllegalArgumentException("a hash has 32 bytes");
        return hash;
    }

    /** Whether the entry is the one at this index under the checkpoint's root; says nothing about its signatures. */
    public boolean proves(byte[] entry) {
        return Proofs.included(
                new TreeHash().leaf(entry),
                index,
                checkpoint.size(),
                path,
                checkpoint.root().bytes());
    }

    @Override
    public String toString() {
        var text = new StringBuilder(HEAD).append(index).append('\n');
        for (var hash : path)
            text.append(Base64.getEncoder().encodeToString(hash)).append('\n');
        return text.append('\n').append(checkpoint.note()).toString();
    }
}
