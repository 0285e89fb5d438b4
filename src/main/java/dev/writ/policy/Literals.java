package dev.writ.policy;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts inside {@code decimal("…")}, {@code datetime("…")} and {@code duration("…")}. */
final class Literals {
    static final long MILLIS_PER_DAY = 86_400_000;

    private static final Pattern DECIMAL = Pattern.compile("(-?[0-9]+)\\.([0-9]{1,4})");
    private static final Pattern DATETIME = Pattern.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})"
            + "(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?");
    private static final Pattern DURATION =
            Pattern.compile("(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?");
    private static final long[] DURATION_UNITS = {MILLIS_PER_DAY, 3_600_000, 60_000, 1_000, 1};

    private static final Value.Broken NOT_A_DECIMAL = new Value.Broken("not a decimal");
    private static final Value.Broken NOT_A_DATETIME = new Value.Broken("not a datetime");
    private static final Value.Broken NOT_A_DURATION = new Value.Broken("not a duration");

    private Literals() {}

    static Value decimal(String text) {
        var parts = DECIMAL.matcher(text);
        if (!parts.matches()) return NOT_A_DECIMAL;
        try {
            long whole = Math.multiplyExact(Long.parseLong(parts.group(1)), 10_000L);
            long fraction = Long.parseLong((parts.group(2) + "000").substring(0, 4));
            return new Value.Decimal(
                    text.charAt(0) == '-' ? Math.subtractExact(whole, fraction) : Math.addExact(whole, fraction));
        } catch (ArithmeticException | NumberFormatException e) {
            return NOT_A_DECIMAL;
        }
    }

    static Value datetime(String text) {
        var parts = DATETIME.matcher(text);
        if (!parts.matches()) return NOT_A_DATETIME;
        try {
            var date = LocalDate.of(number(parts, 1), number(parts, 2), number(parts, 3));
            int hour = number(parts, 4);
            int minute = number(parts, 5);
            int second = number(parts, 6);
            int offsetHours = number(parts, 9);
            int offsetMinutes = number(parts, 10);
            if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59)
                return NOT_A_DATETIME;
            long millis = date.toEpochDay() * MILLIS_PER_DAY
                    + ((hour * 60L + minute) * 60 + second) * 1000
                    + number(parts, 7);
            long offset = (offsetHours * 60L + offsetMinutes) * 60_000;
            return new Value.DateTime("-".equals(parts.group(8)) ? millis + offset : millis - offset);
        } catch (DateTimeException e) {
            return NOT_A_DATETIME;
        }
    }

    static Value duration(String text) {
        var parts = DURATION.matcher(text);
        if (text.isEmpty() || text.equals("-") || !parts.matches()) return NOT_A_DURATION;
        try {
            long millis = 0;
            for (int unit = 0; unit < DURATION_UNITS.length; unit++) {
                var digits = parts.group(unit + 2);
                // With the sign on every part, the smallest duration needs no case of its own.
                if (digits != null)
                    millis = Math.addExact(
                            millis, Math.multiplyExact(Long.parseLong(parts.group(1) + digits), DURATION_UNITS[unit]));
            }
            return new Value.Duration(millis);
        } catch (ArithmeticException | NumberFormatException e) {
            return NOT_A_DURATION;
        }
    }

    private static int number(Matcher parts, int group) {
        var digits = parts.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }
}
