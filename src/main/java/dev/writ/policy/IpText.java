package dev.writ.policy;

import org.jspecify.annotations.Nullable;

/** IP addresses and ranges as Cedar writes them: no zones, no IPv4 inside IPv6, no leading zeros in decimal parts. */
final class IpText {
    private static final int CHARS_MAX = 43;
    private static final Value.Broken NOT_AN_IP = new Value.Broken("not an IP address");

    private IpText() {}

    static Value parse(String text) {
        if (text.length() > CHARS_MAX) return NOT_AN_IP;
        int slash = text.indexOf('/');
        var address = slash < 0 ? text : text.substring(0, slash);
        boolean v6 = address.indexOf(':') >= 0;
        int widest = v6 ? 128 : 32;
        int prefix = slash < 0 ? widest : number(text, slash + 1, text.length(), widest);
        if (prefix < 0) return NOT_AN_IP;
        var parsed = v6 ? v6(address, prefix) : v4(address, prefix);
        return parsed == null ? NOT_AN_IP : parsed;
    }

    private static Value.@Nullable IpAddr v4(String text, int prefix) {
        long address = 0;
        int from = 0;
        for (int part = 0; part < 4; part++) {
            int to = part < 3 ? text.indexOf('.', from) : text.length();
            if (to < 0) return null;
            int value = number(text, from, to, 255);
            if (value < 0) return null;
            address = address << 8 | value;
            from = to + 1;
        }
        return new Value.IpAddr(false, 0, address, prefix);
    }

    private static Value.@Nullable IpAddr v6(String text, int prefix) {
        var groups = new int[8];
        int gap = text.indexOf("::");
        if (gap < 0) {
            if (groups(text, 0, text.length(), groups, 0) != 8) return null;
            return address(groups, prefix);
        }
        // RFC 4291 §2.2: "::" stands for at least one group here, as in Rust's parser, which Cedar uses.
        int head = gap == 0 ? 0 : groups(text, 0, gap, groups, 0);
        var tail = new int[8];
        int rest = gap + 2 == text.length() ? 0 : groups(text, gap + 2, text.length(), tail, 0);
        if (head < 0 || rest < 0 || head + rest > 7) return null;
        System.arraycopy(tail, 0, groups, 8 - rest, rest);
        return address(groups, prefix);
    }

    /** Reads colon-separated groups into {@code into}; how many there were, or -1. */
    private static int groups(String text, int from, int to, int[] into, int at) {
        int count = at;
        int start = from;
        while (true) {
            int end = text.indexOf(':', start);
            if (end < 0 || end > to) end = to;
            int group = hexadecimal(text, start, end);
            if (group < 0 || count == 8) return -1;
            into[count++] = group;
            if (end == to) return count;
            start = end + 1;
        }
    }

    private static int hexadecimal(String text, int from, int to) {
        if (to - from < 1 || to - from > 4) return -1;
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) return -1;
            value = value << 4 | digit;
        }
        return value;
    }

    private static int number(String text, int from, int to, int max) {
        int digits = to - from;
        if (digits < 1 || digits > 3 || (digits > 1 && text.charAt(from) == '0')) return -1;
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        return value <= max ? value : -1;
    }

    private static Value.IpAddr address(int[] groups, int prefix) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = high << 16 | groups[i];
            low = low << 16 | groups[i + 4];
        }
        return new Value.IpAddr(true, high, low, prefix);
    }

    /** Whether every address of {@code inner} is one of {@code outer}. */
    static boolean within(Value.IpAddr inner, Value.IpAddr outer) {
        if (inner.v6() != outer.v6() || inner.prefix() < outer.prefix()) return false;
        if (!inner.v6()) return same(inner.low() << 32, outer.low() << 32, outer.prefix());
        int inHigh = Math.min(outer.prefix(), 64);
        return same(inner.high(), outer.high(), inHigh) && same(inner.low(), outer.low(), outer.prefix() - inHigh);
    }

    private static boolean same(long a, long b, int bits) {
        return bits == 0 || (a ^ b) >>> (64 - bits) == 0;
    }
}
