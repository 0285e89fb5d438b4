package dev.writ.ledger.verify;

/**
 * Where the key of one side value comes from; overwriting it erases the value. Format 1: the key itself, wrapped by the
 * tenant's master key (RFC 3394, 40 bytes). Format 2: 32 random bytes from which the master key derives it (HMAC), so
 * that neither they nor the master key tell it alone; nothing else in the data folder does.
 */
@SuppressWarnings("ArrayRecordComponent") // a view of bytes on disk
public record SideKey(byte format, byte[] cell) {
    public static final byte WRAPPED = 1;
    public static final byte SEEDED = 2;
    public static final int WRAPPED_BYTES = 40;
    public static final int SEED_BYTES = 32;

    public SideKey {
        if (cell.length != bytes(format)) throw new IllegalArgumentException("not a key of format " + format);
    }

    public static SideKey seeded(byte[] seed) {
        return new SideKey(SEEDED, seed);
    }

    /** How long the cell of a format is. */
    public static int bytes(byte format) {
        return switch (format) {
            case WRAPPED -> WRAPPED_BYTES;
            case SEEDED -> SEED_BYTES;
            default -> throw new IllegalArgumentException("no such format: " + format);
        };
    }

    SideKey erased() {
        return new SideKey(format, new byte[cell.length]);
    }
}
