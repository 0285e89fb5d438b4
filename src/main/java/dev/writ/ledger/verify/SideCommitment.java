package dev.writ.ledger.verify;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import java.util.Optional;

/**
 * How a record commits to a value that stands elsewhere: SHA-256(salt ‖ SHA-256(value)), in hexadecimal, under the
 * value's name in the record's member {@code side}. Without the salt nobody can guess the value from it.
 */
public final class SideCommitment {
    public static final String MEMBER = "side";
    public static final int SALT_BYTES = 32;
    public static final int NAME_CHARS_MAX = 48;

    private SideCommitment() {}

    public static Digest of(byte[] salt, byte[] value) {
        if (salt.length != SALT_BYTES) throw new IllegalArgumentException("a salt has 32 bytes");
        return Digest.of(salt, Digest.of(value).bytes());
    }

    /** {@code [a-z][a-z0-9._-]{0,47}}. */
    public static boolean isName(String name) {
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX) return false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'a' && c <= 'z') continue;
            boolean digit = c >= '0' && c <= '9';
            if (i == 0 || (!digit && c != '.' && c != '_' && c != '-')) return false;
        }
        return true;
    }

    /** The commitment that a record makes under a name. */
    public static Optional<Digest> in(Json.Obj record, String name) {
        return record.object(MEMBER)
                .flatMap(side -> side.string(name))
                .filter(hex -> hex.matches("[0-9a-f]{64}"))
                .map(Digest::parse);
    }
}
