package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** RFC 3339 in UTC with microseconds, always of the same length, so that text order is time order. */
public final class RecordTime {
    private static final long YEAR_0 = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long YEAR_10000 = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond() + 1;

    private RecordTime() {}

    /** By hand: the JDK's formatter costs more than the rest of a record's text. */
    public static String of(Instant instant) {
        long second = instant.getEpochSecond();
        if (second < YEAR_0 || second >= YEAR_10000)
            throw new IllegalArgumentException("a record's time is in the years 0 to 9999: " + instant);
        var at = LocalDateTime.ofEpochSecond(second, instant.getNano(), ZoneOffset.UTC);
        var out = new byte[27];
        digits(out, 0, 4, at.getYear());
        out[4] = '-';
        digits(out, 5, 2, at.getMonthValue());
        out[7] = '-';
        digits(out, 8, 2, at.getDayOfMonth());
        out[10] = 'T';
        digits(out, 11, 2, at.getHour());
        out[13] = ':';
        digits(out, 14, 2, at.getMinute());
        out[16] = ':';
        digits(out, 17, 2, at.getSecond());
        out[19] = '.';
        digits(out, 20, 6, at.getNano() / 1_000);
        out[26] = 'Z';
        return new String(out, ISO_8859_1);
    }

    private static void digits(byte[] out, int from, int count, int number) {
        int left = number;
        for (int i = from + count - 1; i >= from; i--) {
            out[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
    }
}
