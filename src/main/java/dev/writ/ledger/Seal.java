package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Drbg;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.verify.RecordForm;
import dev.writ.ledger.verify.SideCipher;
import dev.writ.ledger.verify.SideCommitment;
import dev.writ.ledger.verify.SideFolder;
import dev.writ.ledger.verify.SideKey;
import dev.writ.ledger.verify.TreeHash;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Turns a record and its side values into what is written; refuses, before anything is, what has not the form. */
final class Seal {
    static final int SIDE_VALUES_MAX = 32;
    static final int SIDE_BYTES_MAX = 8 << 20;

    /** Names of side values stand in the code, so there are few; beyond this many the bytes are made anew. */
    private static final int NAMES_KEPT = 64;

    private final Name tenant;
    private final Name node;
    private final String origin;
    private final Drbg random;
    private final Pool<Bench> benches;
    private final Map<String, byte[]> boundTo = new ConcurrentHashMap<>();

    Seal(Name tenant, LedgerSettings settings, SideCipher cipher, SecureRandom random) {
        this.tenant = tenant;
        this.node = settings.node();
        this.origin = settings.origin(tenant);
        this.random = new Drbg(random);
        this.benches = new Pool<>(() -> new Bench(cipher.sealer(), new TreeHash(), Digest.sha256()));
    }

    /** What sealing works with. */
    private record Bench(SideCipher.Sealer sealer, TreeHash tree, MessageDigest sha) {}

    Sealed seal(Json.Obj record, Map<String, byte[]> side) {
        RecordForm.objection(record).ifPresent(why -> {
            throw refused(why);
        });
        mustBe(record, "tenant", tenant);
        mustBe(record, "node", node);
        if (record.get(SideCommitment.MEMBER).isPresent())
            throw refused("the member side is the ledger's own; pass side values beside the record");
        var ordered = new ArrayList<Draft.Value>(side.size());
        new TreeMap<>(side).forEach((name, value) -> ordered.add(new Draft.Value(name, value)));
        check(ordered);
        var bench = benches.take();
        try {
            var values = new ArrayList<Sealed.Side>(ordered.size());
            var commitments = Json.object();
            for (var value : ordered) commitments.put(value.name(), committed(bench, value, values));
            var whole = ordered.isEmpty() ? record : record.with(SideCommitment.MEMBER, commitments.build());
            return sealed(bench, Canonical.bytes(whole), RecordKeys.of(record), values);
        } finally {
            benches.give(bench);
        }
    }

    Sealed seal(Draft draft) {
        if (!draft.node().equals(node)) throw refused("node is not " + node);
        check(draft.side());
        for (int i = 1; i < draft.side().size(); i++)
            if (draft.side().get(i).name().equals(draft.side().get(i - 1).name()))
                throw refused("two side values have one name");
        var bench = benches.take();
        try {
            var values = new ArrayList<Sealed.Side>(draft.side().size());
            return sealed(bench, committing(bench, draft, values), draft.keys(), values);
        } finally {
            benches.give(bench);
        }
    }

    private static Sealed sealed(Bench bench, byte[] leaf, RecordKeys keys, List<Sealed.Side> values) {
        if (leaf.length > RecordForm.LEAF_BYTES_MAX)
            throw refused("it has " + leaf.length + " bytes; at most " + RecordForm.LEAF_BYTES_MAX
                    + " fit, so large values belong into the side store");
        return new Sealed(leaf, bench.tree().leaf(leaf), keys, values);
    }

    /** The draft's text with the commitments in their place; names and digests need no escapes. */
    private byte[] committing(Bench bench, Draft draft, List<Sealed.Side> values) {
        if (draft.side().isEmpty()) return draft.text();
        var member =
                new StringBuilder(16 + 120 * draft.side().size()).append(",\"").append(SideCommitment.MEMBER);
        char before = '{';
        member.append("\":");
        for (var value : draft.side()) {
            member.append(before).append('"').append(value.name()).append("\":\"");
            member.append(committed(bench, value, values)).append('"');
            before = ',';
        }
        var put = member.append('}').toString().getBytes(ISO_8859_1);
        var text = draft.text();
        var leaf = new byte[text.length + put.length];
        System.arraycopy(text, 0, leaf, 0, draft.sideAt());
        System.arraycopy(put, 0, leaf, draft.sideAt(), put.length);
        System.arraycopy(text, draft.sideAt(), leaf, draft.sideAt() + put.length, text.length - draft.sideAt());
        return leaf;
    }

    /** Encrypts a value and answers what the record says of it. */
    private String committed(Bench bench, Draft.Value value, List<Sealed.Side> values) {
        var seed = new byte[SideKey.SEED_BYTES];
        var salt = new byte[SideCommitment.SALT_BYTES];
        random.nextBytes(seed);
        random.nextBytes(salt);
        var text = bench.sealer().encrypt(seed, boundTo(value.name()), salt, value.bytes());
        values.add(new Sealed.Side(value.name(), SideKey.seeded(seed), text));
        var inner = bench.sha().digest(value.bytes());
        bench.sha().update(salt);
        return java.util.HexFormat.of().formatHex(bench.sha().digest(inner));
    }

    private byte[] boundTo(String name) {
        var known = boundTo.get(name);
        if (known != null) return known;
        var made = SideFolder.boundTo(origin, name);
        if (boundTo.size() < NAMES_KEPT) boundTo.put(name, made);
        return made;
    }

    private static void check(List<Draft.Value> side) {
        if (side.size() > SIDE_VALUES_MAX) throw refused("more than " + SIDE_VALUES_MAX + " side values");
        long bytes = 0;
        for (var value : side) {
            if (!SideCommitment.isName(value.name())) throw refused("a side value's name is not a-z 0-9 . _ -");
            bytes += value.bytes().length;
        }
        if (bytes > SIDE_BYTES_MAX) throw refused("side values of more than " + SIDE_BYTES_MAX + " bytes");
    }

    private void mustBe(Json.Obj record, String member, Name expected) {
        record.get(member).ifPresent(value -> {
            if (!value.equals(Json.of(expected.text()))) throw refused(member + " is not " + expected);
        });
    }

    private static LedgerFailure refused(String why) {
        return new LedgerFailure(LedgerFailure.Code.RECORD, "the record is refused: " + why);
    }
}
