package dev.writ.ledger.verify;

/** The names of tiles and entry bundles (tlog-tiles, "Merkle Tree" and "Log entries"), relative to the log's folder. */
public final class TilePath {
    /** Hashes in a full tile, entries in a full bundle. */
    public static final int WIDTH = 256;

    private TilePath() {}

    public static String tile(int level, long index, int width) {
        return "tile/" + level + "/" + number(index) + suffix(width);
    }

    public static String entries(long index, int width) {
        return "tile/entries/" + number(index) + suffix(width);
    }

    /** Three digits to an element, all but the last one beginning with x: 1234067 is x001/x234/067. */
    private static String number(long index) {
        var text = "%03d".formatted(index % 1000);
        for (long rest = index / 1000; rest > 0; rest /= 1000) text = "x%03d/%s".formatted(rest % 1000, text);
        return text;
    }

    private static String suffix(int width) {
        return width == WIDTH ? "" : ".p/" + width;
    }
}
