package dev.writ.policy;

import dev.writ.base.Json;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/** Turns the texts of JSON numbers and formats into Cedar values; what does not fit is broken, never rounded. */
final class InputValues {
    private static final Value.Broken TOO_WIDE = new Value.Broken("the number does not fit a 64-bit integer");
    private static final Value.Broken TOO_FINE = new Value.Broken("the number does not fit a decimal with four places");
    private static final Value.Broken NO_TIME = new Value.Broken("the text is no RFC 3339 date-time in milliseconds");
    private static final Value.Broken NO_DURATION = new Value.Broken("the text is no duration of days or less");
    private static final Value.Broken NO_ADDRESS = new Value.Broken("the text is no IP address of that version");

    // RFC 3339 §5.6; a leap second has no Cedar value.
    private static final Pattern DATE_TIME = Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})");
    // RFC 3339 appendix A without years and months, whose length is not fixed.
    private static final Pattern DURATION = Pattern.compile("P(?:([0-9]{1,12})W|(?:([0-9]{1,12})D)?"
            + "(T(?=[0-9])(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})S)?)?)");
    private static final int LEXEME_SCALE_MAX = 1_000;

    /** Digits that stay below 2^63 with four more. */
    private static final int PLAIN_CHARS_MAX = 14;

    private InputValues() {}

    static Value integer(Json.Num number) {
        var plain = number.asLong();
        if (plain.isPresent()) return new Value.Long(plain.get());
        var exact = small(number.lexeme());
        if (exact == null) return TOO_WIDE;
        try {
            return new Value.Long(exact.longValueExact());
        } catch (ArithmeticException e) {
            return TOO_WIDE;
        }
    }

    static Value decimal(String lexeme) {
        return lexeme.length() <= PLAIN_CHARS_MAX ? plain(lexeme) : exact(lexeme);
    }

    /** The usual "12.50" needs no arithmetic of arbitrary precision. */
    private static Value plain(String lexeme) {
        boolean negative = lexeme.charAt(0) == '-';
        long digits = 0;
        int places = -1;
        for (int i = negative ? 1 : 0; i < lexeme.length(); i++) {
            char c = lexeme.charAt(i);
            if (c == '.' && places < 0) places = 0;
            else if (c < '0' || c > '9' || places == 4) return exact(lexeme);
            else {
                digits = digits * 10 + (c - '0');
                if (places >= 0) places++;
            }
        }
        for (int i = Math.max(places, 0); i < 4; i++) digits *= 10;
        return new Value.Decimal(negative ? -digits : digits);
    }

    private static Value exact(String lexeme) {
        var exact = small(lexeme);
        if (exact == null) return TOO_FINE;
        try {
            return new Value.Decimal(exact.movePointRight(4).longValueExact());
        } catch (ArithmeticException e) {
            return TOO_FINE;
        }
    }

    /** The number, unless its exponent alone would make arithmetic on it expensive. */
    private static @org.jspecify.annotations.Nullable BigDecimal small(String lexeme) {
        try {
            var exact = new BigDecimal(lexeme);
            if (exact.signum() == 0) return BigDecimal.ZERO;
            return Math.abs((long) exact.scale()) > LEXEME_SCALE_MAX ? null : exact;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    static Value datetime(String text) {
        if (text.length() > 40 || !DATE_TIME.matcher(text).matches()) return NO_TIME;
        try {
            var time = OffsetDateTime.parse(text);
            if (time.getNano() % 1_000_000 != 0) return NO_TIME;
            return new Value.DateTime(time.toInstant().toEpochMilli());
        } catch (DateTimeException e) {
            return NO_TIME;
        }
    }

    static Value duration(String text) {
        var parts = DURATION.matcher(text);
        if (text.length() > 80 || text.equals("P") || !parts.matches()) return NO_DURATION;
        try {
            long millis = Math.multiplyExact(number(parts.group(1)), 7 * Literals.MILLIS_PER_DAY);
            millis = Math.addExact(millis, Math.multiplyExact(number(parts.group(2)), Literals.MILLIS_PER_DAY));
            millis = Math.addExact(millis, Math.multiplyExact(number(parts.group(4)), 3_600_000L));
            millis = Math.addExact(millis, Math.multiplyExact(number(parts.group(5)), 60_000L));
            return new Value.Duration(Math.addExact(millis, Math.multiplyExact(number(parts.group(6)), 1_000L)));
        } catch (ArithmeticException e) {
            return NO_DURATION;
        }
    }

    private static long number(@org.jspecify.annotations.Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    static Value address(String text, boolean v6) {
        if (text.indexOf('/') >= 0) return NO_ADDRESS;
        return IpText.parse(text) instanceof Value.IpAddr ip && ip.v6() == v6 ? ip : NO_ADDRESS;
    }
}
