package dev.writ.ledger;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.verify.RecordForm;
import dev.writ.ledger.verify.SideCipher;
import dev.writ.ledger.verify.SideCommitment;
import dev.writ.ledger.verify.SideFolder;
import dev.writ.ledger.verify.TreeHash;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Turns a record and its side values into what is written; refuses, before anything is, what has not the form. */
final class Seal {
    static final int SIDE_VALUES_MAX = 32;
    static final int SIDE_BYTES_MAX = 8 << 20;

    private final Name tenant;
    private final Name node;
    private final String origin;
    private final SideCipher cipher;
    private final SecureRandom random;

    Seal(Name tenant, LedgerSettings settings, SideCipher cipher, SecureRandom random) {
        this.tenant = tenant;
        this.node = settings.node();
        this.origin = settings.origin(tenant);
        this.cipher = cipher;
        this.random = random;
    }

    Sealed seal(Json.Obj record, Map<String, byte[]> side) {
        check(record, side);
        var values = new ArrayList<Sealed.Side>(side.size());
        var leaf = Canonical.bytes(side.isEmpty() ? record : record.with(SideCommitment.MEMBER, commit(side, values)));
        if (leaf.length > RecordForm.LEAF_BYTES_MAX)
            throw refused("it has " + leaf.length + " bytes; at most " + RecordForm.LEAF_BYTES_MAX
                    + " fit, so large values belong into the side store");
        return new Sealed(leaf, new TreeHash().leaf(leaf), RecordKeys.of(record), List.copyOf(values));
    }

    private Json commit(Map<String, byte[]> side, List<Sealed.Side> values) {
        var commitments = Json.object();
        new TreeMap<>(side).forEach((name, value) -> {
            var secret = new byte[SideCommitment.SALT_BYTES + SideCipher.KEY_BYTES];
            random.nextBytes(secret);
            var salt = java.util.Arrays.copyOf(secret, SideCommitment.SALT_BYTES);
            var key = java.util.Arrays.copyOfRange(secret, SideCommitment.SALT_BYTES, secret.length);
            var text = SideCipher.encrypt(key, SideFolder.boundTo(origin, name), salt, value);
            values.add(new Sealed.Side(name, cipher.wrap(key), text));
            commitments.put(name, SideCommitment.of(salt, value).toString());
        });
        return commitments.build();
    }

    private void check(Json.Obj record, Map<String, byte[]> side) {
        RecordForm.objection(record).ifPresent(why -> {
            throw refused(why);
        });
        mustBe(record, "tenant", tenant);
        mustBe(record, "node", node);
        if (record.get(SideCommitment.MEMBER).isPresent())
            throw refused("the member side is the ledger's own; pass side values beside the record");
        if (side.size() > SIDE_VALUES_MAX) throw refused("more than " + SIDE_VALUES_MAX + " side values");
        long bytes = 0;
        for (var value : side.entrySet()) {
            if (!SideCommitment.isName(value.getKey())) throw refused("a side value's name is not a-z 0-9 . _ -");
            bytes += value.getValue().length;
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
