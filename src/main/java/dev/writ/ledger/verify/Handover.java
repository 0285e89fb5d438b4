package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The link from a log's old keys to its new ones: the record that names the new keys, and its proof under a checkpoint
 * that the old keys signed as their last. Whoever trusts the old keys may from there on trust the new ones.
 *
 * @param leaf the record's exact text
 */
public record Handover(String leaf, LogProof proof) {
    /** The file of a log that holds its handovers, one JSON object to a line, oldest first. */
    public static final String FILE = "handovers";

    public static final String KIND = "key-rotation";
    public static final String ROTATED = "rotated";
    public static final String COMPROMISED = "compromised";
    /** The member that names the keys from now on, in a compromise those that are not believed. */
    public static final String KEYS = "keys";
    /** The member that names the keys until now. */
    public static final String PREVIOUS = "previous";
    /** The member of a compromise: checkpoints beyond this size are not believed. */
    public static final String FROM = "from";

    private static final int HANDOVERS_MAX = 10_000;

    /** The handovers of a log as they are stored. */
    public static List<Handover> parseAll(byte[] file) {
        if (file.length == 0) return List.of();
        var text = new String(file, UTF_8);
        if (!text.endsWith("\n")) throw new IllegalArgumentException("lines end in a newline");
        var found = new ArrayList<Handover>();
        for (var line : text.substring(0, text.length() - 1).split("\n", -1)) {
            var handover = of(JsonReader.readObject(line.getBytes(UTF_8)));
            if (!Arrays.equals(Canonical.bytes(handover.json()), line.getBytes(UTF_8)))
                throw new IllegalArgumentException("not in canonical form");
            found.add(handover);
            if (found.size() > HANDOVERS_MAX) throw new IllegalArgumentException("more than " + HANDOVERS_MAX);
        }
        return found;
    }

    static Handover of(Json.Obj json) {
        if (!json.members().keySet().equals(Set.of("leaf", "proof")))
            throw new IllegalArgumentException("a handover has leaf and proof");
        var leaf = json.string("leaf").orElseThrow(() -> new IllegalArgumentException("leaf is not a string"));
        var text = json.string("proof").orElseThrow(() -> new IllegalArgumentException("proof is not a string"));
        var proof = LogProof.parse(text);
        if (!proof.toString().equals(text)) throw new IllegalArgumentException("a proof in another form");
        var handover = new Handover(leaf, proof);
        if (!proof.proves(handover.leafBytes()))
            throw new IllegalArgumentException("the record is not under the checkpoint of its handover");
        var record = handover.record();
        if (!isRotation(record)) throw new IllegalArgumentException("not the record of a key rotation");
        keys(record, KEYS);
        keys(record, PREVIOUS);
        return handover;
    }

    static boolean isRotation(Json.Obj record) {
        return record.string("kind").orElse("").equals(KIND)
                && record.string("event").orElse("").equals(ROTATED);
    }

    static boolean isCompromise(Json.Obj record) {
        return record.string("kind").orElse("").equals(KIND)
                && record.string("event").orElse("").equals(COMPROMISED);
    }

    /** Verifier keys that a record names. */
    static List<VerifierKey> keys(Json.Obj record, String member) {
        var keys = new ArrayList<VerifierKey>();
        for (var item : record.array(member).map(Json.Arr::items).orElse(List.of())) {
            if (!(item instanceof Json.Str(var text))) throw new IllegalArgumentException("a key is a string");
            keys.add(VerifierKey.parse(text));
        }
        if (keys.isEmpty()) throw new IllegalArgumentException("no " + member);
        return keys;
    }

    public Json.Obj json() {
        return Json.object().put("leaf", leaf).put("proof", proof.toString()).build();
    }

    /** As one line of the file. */
    public byte[] line() {
        var text = Canonical.bytes(json());
        var line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return line;
    }

    byte[] leafBytes() {
        return leaf.getBytes(UTF_8);
    }

    public Json.Obj record() {
        return JsonReader.readObject(leafBytes());
    }

    public Checkpoint checkpoint() {
        return proof.checkpoint();
    }

    /** The last size that the old keys signed. */
    public long size() {
        return proof.checkpoint().size();
    }

    public Trust successors() {
        return new Trust(keys(record(), KEYS));
    }

    public Trust predecessors() {
        return new Trust(keys(record(), PREVIOUS));
    }
}
