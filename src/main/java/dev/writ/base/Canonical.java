package dev.writ.base;

/**
 * The canonical form of a JSON value: members sorted and strings escaped as in RFC 8785, no white space, numbers as
 * their source lexemes (RFC 8785 would rewrite them through IEEE 754 doubles, which makes 1 and 1.0 the same and
 * loses integers above 2^53). Equal bytes mean the same value; this is what we digest, record and forward.
 */
public final class Canonical {
    private Canonical() {}

    public static byte[] bytes(Json value) {
        return new JsonWriter(true).write(value);
    }

    public static Digest digest(Json value) {
        return Digest.of(bytes(value));
    }
}
