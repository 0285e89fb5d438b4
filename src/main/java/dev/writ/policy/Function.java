package dev.writ.policy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Cedar's extension functions and methods; a second argument is ignored where {@link #arity} is one. */
enum Function {
    DECIMAL("decimal", 1),
    IP("ip", 1),
    DATETIME("datetime", 1),
    DURATION("duration", 1),
    LESS_THAN("lessThan", 2),
    LESS_THAN_OR_EQUAL("lessThanOrEqual", 2),
    GREATER_THAN("greaterThan", 2),
    GREATER_THAN_OR_EQUAL("greaterThanOrEqual", 2),
    IS_IPV4("isIpv4", 1),
    IS_IPV6("isIpv6", 1),
    IS_LOOPBACK("isLoopback", 1),
    IS_MULTICAST("isMulticast", 1),
    IS_IN_RANGE("isInRange", 2),
    OFFSET("offset", 2),
    DURATION_SINCE("durationSince", 2),
    TO_DATE("toDate", 1),
    TO_TIME("toTime", 1),
    TO_MILLISECONDS("toMilliseconds", 1),
    TO_SECONDS("toSeconds", 1),
    TO_MINUTES("toMinutes", 1),
    TO_HOURS("toHours", 1),
    TO_DAYS("toDays", 1);

    private static final Map<String, Function> BY_NAME = new HashMap<>();
    private static final Value.IpAddr LOOPBACK_V4 = new Value.IpAddr(false, 0, 0x7F00_0000L, 8);
    private static final Value.IpAddr LOOPBACK_V6 = new Value.IpAddr(true, 0, 1, 128);
    private static final Value.IpAddr MULTICAST_V4 = new Value.IpAddr(false, 0, 0xE000_0000L, 4);
    private static final Value.IpAddr MULTICAST_V6 = new Value.IpAddr(true, 0xFFL << 56, 0, 8);

    static {
        for (var function : values()) BY_NAME.put(function.word, function);
    }

    private final String word;
    private final int arity;

    Function(String word, int arity) {
        this.word = word;
        this.arity = arity;
    }

    static Optional<Function> named(String word) {
        return Optional.ofNullable(BY_NAME.get(word));
    }

    int arity() {
        return arity;
    }

    Value apply(Value a, Value b) {
        if (a instanceof Value.Broken) return a;
        if (b instanceof Value.Broken) return b;
        return switch (this) {
            case DECIMAL -> a instanceof Value.Str(var text) ? Literals.decimal(text) : Faults.TYPE;
            case IP -> a instanceof Value.Str(var text) ? IpText.parse(text) : Faults.TYPE;
            case DATETIME -> a instanceof Value.Str(var text) ? Literals.datetime(text) : Faults.TYPE;
            case DURATION -> a instanceof Value.Str(var text) ? Literals.duration(text) : Faults.TYPE;
            case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL -> compare(a, b);
            case IS_IPV4, IS_IPV6, IS_LOOPBACK, IS_MULTICAST -> a instanceof Value.IpAddr ip ? about(ip) : Faults.TYPE;
            case IS_IN_RANGE ->
                a instanceof Value.IpAddr inner && b instanceof Value.IpAddr outer
                        ? Value.Bool.of(IpText.within(inner, outer))
                        : Faults.TYPE;
            case OFFSET, DURATION_SINCE -> shift(a, b);
            case TO_DATE, TO_TIME -> a instanceof Value.DateTime(long millis) ? part(millis) : Faults.TYPE;
            case TO_MILLISECONDS, TO_SECONDS, TO_MINUTES, TO_HOURS, TO_DAYS ->
                a instanceof Value.Duration(long millis) ? new Value.Long(millis / unit()) : Faults.TYPE;
        };
    }

    private Value compare(Value a, Value b) {
        if (!(a instanceof Value.Decimal(long left)) || !(b instanceof Value.Decimal(long right))) return Faults.TYPE;
        return Value.Bool.of(
                switch (this) {
                    case LESS_THAN -> left < right;
                    case LESS_THAN_OR_EQUAL -> left <= right;
                    case GREATER_THAN -> left > right;
                    default -> left >= right;
                });
    }

    private Value about(Value.IpAddr ip) {
        return Value.Bool.of(
                switch (this) {
                    case IS_IPV4 -> !ip.v6();
                    case IS_IPV6 -> ip.v6();
                    case IS_LOOPBACK -> IpText.within(ip, ip.v6() ? LOOPBACK_V6 : LOOPBACK_V4);
                    default -> IpText.within(ip, ip.v6() ? MULTICAST_V6 : MULTICAST_V4);
                });
    }

    private Value shift(Value a, Value b) {
        if (!(a instanceof Value.DateTime(long from))) return Faults.TYPE;
        try {
            if (this == OFFSET && b instanceof Value.Duration(long by))
                return new Value.DateTime(Math.addExact(from, by));
            if (this == DURATION_SINCE && b instanceof Value.DateTime(long since))
                return new Value.Duration(Math.subtractExact(from, since));
            return Faults.TYPE;
        } catch (ArithmeticException e) {
            return Faults.OVERFLOW;
        }
    }

    private Value part(long millis) {
        if (this == TO_TIME) return new Value.Duration(Math.floorMod(millis, Literals.MILLIS_PER_DAY));
        try {
            return new Value.DateTime(
                    Math.multiplyExact(Math.floorDiv(millis, Literals.MILLIS_PER_DAY), Literals.MILLIS_PER_DAY));
        } catch (ArithmeticException e) {
            return Faults.OVERFLOW;
        }
    }

    private long unit() {
        return switch (this) {
            case TO_SECONDS -> 1_000;
            case TO_MINUTES -> 60_000;
            case TO_HOURS -> 3_600_000;
            case TO_DAYS -> Literals.MILLIS_PER_DAY;
            default -> 1;
        };
    }
}
