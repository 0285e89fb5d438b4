package dev.writ.pages;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Moments for people, in UTC, for a page does not know where its reader is. */
public final class Times {
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private Times() {}

    public static String of(Instant at) {
        return FORM.format(at);
    }
}
