package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A bundle of one call's records with their proofs ({@code writ-receipt/v1}): canonical JSON and a newline. It is read
 * strictly, unknown members included, so that no byte of it can change without either meaning or form breaking.
 *
 * @param subject the id of the decision or intent that the receipt is for
 * @param handovers how the log came to those keys, where it had others before
 * @param trust the log's verifier keys as the ledger states them; believed only when nothing better is at hand
 */
public record Receipt(String origin, String subject, List<Item> items, Trust trust, List<Handover> handovers) {
    public static final String FORMAT = "writ-receipt/v1";
    private static final int ITEMS_MAX = 4096;

    /** A record: its index, its exact leaf text, its {@code .tlog-proof}, and the side values that are opened. */
    public record Item(long index, String leaf, String proof, Map<String, Opened> side) {
        public Item {
            side = new TreeMap<>(side);
        }
    }

    /** A side value in clear with the salt of its commitment. */
    @SuppressWarnings("ArrayRecordComponent") // bytes handed over once
    public record Opened(byte[] value, byte[] salt) {}

    public Receipt {
        items = List.copyOf(items);
        handovers = List.copyOf(handovers);
    }

    public Receipt(String origin, String subject, List<Item> items, Trust trust) {
        this(origin, subject, items, trust, List.of());
    }

    public byte[] bytes() {
        var records = new ArrayList<Json>();
        for (var item : items) records.add(json(item));
        var receipt = Json.object()
                .put("format", FORMAT)
                .put("origin", origin)
                .put("subject", subject)
                .put("records", new Json.Arr(records))
                .put("trust", trust.keys().stream().map(VerifierKey::toString).toList());
        if (!handovers.isEmpty())
            receipt.put(
                    Handover.FILE,
                    new Json.Arr(handovers.stream().<Json>map(Handover::json).toList()));
        var text = Canonical.bytes(receipt.build());
        var line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return line;
    }

    private static Json json(Item item) {
        var side = Json.object();
        item.side.forEach((name, opened) -> side.put(
                name,
                Json.object()
                        .put("value", Base64.getEncoder().encodeToString(opened.value))
                        .put("salt", Base64.getEncoder().encodeToString(opened.salt))
                        .build()));
        return Json.object()
                .put("index", item.index)
                .put("leaf", item.leaf)
                .put("proof", item.proof)
                .put("side", side.build())
                .build();
    }

    /** Throws IllegalArgumentException or JsonError for what is not exactly a receipt. */
    public static Receipt parse(byte[] bytes) {
        var whole = JsonReader.readObject(bytes);
        var members = new HashSet<>(Set.of("format", "origin", "subject", "records", "trust"));
        if (whole.get(Handover.FILE).isPresent()) members.add(Handover.FILE);
        var receipt = object(whole, members);
        if (!string(receipt, "format").equals(FORMAT)) throw new IllegalArgumentException("not a " + FORMAT);
        var items = new ArrayList<Item>();
        for (var item : array(receipt, "records")) items.add(item(item));
        if (items.size() > ITEMS_MAX) throw new IllegalArgumentException("more than " + ITEMS_MAX + " records");
        var keys = new ArrayList<VerifierKey>();
        for (var key : array(receipt, "trust")) {
            if (!(key instanceof Json.Str(var text))) throw new IllegalArgumentException("a key is a string");
            keys.add(VerifierKey.parse(text));
        }
        var handovers = new ArrayList<Handover>();
        for (var handover : receipt.array(Handover.FILE).map(Json.Arr::items).orElse(List.of())) {
            if (!(handover instanceof Json.Obj object)) throw new IllegalArgumentException("a handover is an object");
            handovers.add(Handover.of(object));
        }
        var read =
                new Receipt(string(receipt, "origin"), string(receipt, "subject"), items, new Trust(keys), handovers);
        if (!Arrays.equals(read.bytes(), bytes)) throw new IllegalArgumentException("not in canonical form");
        return read;
    }

    private static Item item(Json json) {
        var item = object(json, Set.of("index", "leaf", "proof", "side"));
        var side = new TreeMap<String, Opened>();
        for (var value : item.object("side").orElse(Json.Obj.EMPTY).members().entrySet()) {
            var opened = object(value.getValue(), Set.of("value", "salt"));
            side.put(
                    value.getKey(),
                    new Opened(Note.base64(string(opened, "value")), Note.base64(string(opened, "salt"))));
        }
        return new Item(item.integer("index").orElse(-1L), string(item, "leaf"), string(item, "proof"), side);
    }

    private static Json.Obj object(Json json, Set<String> members) {
        if (json instanceof Json.Obj object && object.members().keySet().equals(members)) return object;
        throw new IllegalArgumentException("an object must have exactly the members " + members);
    }

    private static String string(Json.Obj object, String name) {
        return object.string(name).orElseThrow(() -> new IllegalArgumentException(name + " is not a string"));
    }

    private static List<Json> array(Json.Obj object, String name) {
        return object.array(name)
                .orElseThrow(() -> new IllegalArgumentException(name + " is not an array"))
                .items();
    }

    /** The leaf text as the bytes that were hashed. */
    static byte[] leafBytes(Item item) {
        return item.leaf.getBytes(UTF_8);
    }
}
