package dev.writ.ledger.verify;

import dev.writ.base.Json;
import java.util.Optional;

/** What every record has, whatever its kind: {@code v} 1, {@code kind}, {@code id} and {@code time}. */
public final class RecordForm {
    /** A leaf's bytes: entry bundles have a length of 16 bits (tlog-tiles, "Log entries"). */
    public static final int LEAF_BYTES_MAX = 65_535;

    private static final int KIND_CHARS_MAX = 40;
    private static final String ID = "rec_00000000000000000000000000";
    private static final String TIME = "0000-00-00T00:00:00.000000Z";

    private RecordForm() {}

    /** What is wrong with a record, if anything. */
    public static Optional<String> objection(Json.Obj record) {
        if (record.integer("v").orElse(0L) != 1) return Optional.of("v is not 1");
        if (!isKind(record.string("kind").orElse(""))) return Optional.of("kind is missing or not lower-case words");
        if (!isRecordId(record.string("id").orElse(""))) return Optional.of("id is missing or not a rec_ id");
        if (!isTime(record.string("time").orElse("")))
            return Optional.of("time is missing or not RFC 3339 in UTC with microseconds");
        return Optional.empty();
    }

    public static boolean isKind(String kind) {
        if (kind.isEmpty() || kind.length() > KIND_CHARS_MAX) return false;
        for (int i = 0; i < kind.length(); i++) {
            char c = kind.charAt(i);
            if ((c < 'a' || c > 'z') && (c != '-' || i == 0)) return false;
        }
        return true;
    }

    /** An {@link dev.writ.base.Id} of kind rec; by hand, because this runs for every record that is appended or verified. */
    private static boolean isRecordId(String text) {
        if (text.length() != ID.length() || !text.startsWith("rec_")) return false;
        for (int i = 4; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u';
            if (!letter && (c < '0' || c > '9')) return false;
        }
        return true;
    }

    /** Checked by hand: the JDK's parser costs more than sealing the rest of the record. */
    private static boolean isTime(String text) {
        if (text.length() != TIME.length()) return false;
        for (int i = 0; i < TIME.length(); i++) {
            char c = text.charAt(i);
            if (TIME.charAt(i) == '0' ? c < '0' || c > '9' : c != TIME.charAt(i)) return false;
        }
        int month = two(text, 5);
        int day = two(text, 8);
        return month >= 1
                && month <= 12
                && day >= 1
                && day
                        <= java.time.YearMonth.of(two(text, 0) * 100 + two(text, 2), month)
                                .lengthOfMonth()
                && two(text, 11) < 24
                && two(text, 14) < 60
                && two(text, 17) < 60;
    }

    private static int two(String text, int at) {
        return (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
    }
}
