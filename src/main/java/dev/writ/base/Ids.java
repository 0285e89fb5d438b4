package dev.writ.base;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Makes ids from a clock and a source of randomness. Thread-safe when both are. */
public final class Ids {
    private static final byte[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".getBytes(ISO_8859_1);

    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param random must be unpredictable: ids of approvals and sessions rely on it */
    public Ids(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, version, 74 random bits. */
    public Id next(String kind) {
        long high = (clock.millis() << 16) | 0x7000 | (random.nextLong() & 0x0FFF);
        return id(kind, high, variant(random.nextLong()));
    }

    /** A UUIDv4 (RFC 9562 §5.4), which tells nothing, not even when it was made. */
    public Id pseudonym(String kind) {
        long high = (random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000;
        return id(kind, high, variant(random.nextLong()));
    }

    private static long variant(long low) {
        return (low & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    }

    private static Id id(String kind, long high, long low) {
        int from = kind.length() + 1;
        var text = new byte[from + 26];
        for (int i = from + 25; i >= from; i--) {
            text[i] = ALPHABET[(int) (low & 31)];
            low = (low >>> 5) | (high << 59);
            high >>>= 5;
        }
        for (int i = 0; i < kind.length(); i++) text[i] = (byte) kind.charAt(i);
        text[kind.length()] = '_';
        return new Id(new String(text, ISO_8859_1));
    }
}
