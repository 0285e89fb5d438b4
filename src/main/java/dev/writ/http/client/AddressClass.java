package dev.writ.http.client;

import java.net.InetAddress;
import java.util.List;

/** What kind of network an address belongs to (IANA special-purpose registries; the clouds' own metadata addresses). */
public enum AddressClass {
    PUBLIC,
    LOOPBACK,
    /** RFC 1918, RFC 4193. */
    PRIVATE,
    LINK_LOCAL,
    /** Where clouds hand out credentials, some of them on public or private-looking addresses. */
    METADATA,
    /** Carrier-grade NAT (RFC 6598). */
    SHARED,
    /** IPv4 in IPv6 clothes: mapped, compatible, NAT64, 6to4, Teredo. */
    TRANSITION,
    MULTICAST,
    /** Unspecified, documentation, benchmarking, future use and everything not assigned to hosts. */
    RESERVED;

    private static final class Range {
        private final byte[] prefix;
        private final int bits;
        private final AddressClass kind;

        Range(byte[] prefix, int bits, AddressClass kind) {
            this.prefix = prefix;
            this.bits = bits;
            this.kind = kind;
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) return false;
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                if (((address[i / 8] ^ prefix[i / 8]) & mask) != 0) return false;
            }
            return true;
        }
    }

    // The first range that holds an address names its class: exceptions stand before the range they are in.
    private static final List<Range> RANGES = List.of(
            range("169.254.169.254/32", METADATA),
            range("169.254.170.2/32", METADATA),
            range("169.254.170.23/32", METADATA),
            range("168.63.129.16/32", METADATA),
            range("100.100.100.200/32", METADATA),
            range("192.0.0.192/32", METADATA),
            range("fd00:ec2::254/128", METADATA),
            range("fd00:ec2::23/128", METADATA),
            range("fd20:ce::254/128", METADATA),
            range("127.0.0.0/8", LOOPBACK),
            range("::1/128", LOOPBACK),
            range("10.0.0.0/8", PRIVATE),
            range("172.16.0.0/12", PRIVATE),
            range("192.168.0.0/16", PRIVATE),
            range("fc00::/7", PRIVATE),
            range("169.254.0.0/16", LINK_LOCAL),
            range("fe80::/10", LINK_LOCAL),
            range("100.64.0.0/10", SHARED),
            range("192.88.99.0/24", TRANSITION),
            range("64:ff9b::/96", TRANSITION),
            range("64:ff9b:1::/48", TRANSITION),
            range("2002::/16", TRANSITION),
            range("2001::/32", TRANSITION),
            range("224.0.0.0/4", MULTICAST),
            range("ff00::/8", MULTICAST),
            range("0.0.0.0/8", RESERVED),
            range("192.0.0.0/24", RESERVED),
            range("192.0.2.0/24", RESERVED),
            range("198.18.0.0/15", RESERVED),
            range("198.51.100.0/24", RESERVED),
            range("203.0.113.0/24", RESERVED),
            range("240.0.0.0/4", RESERVED),
            range("2001::/23", RESERVED),
            range("2001:db8::/32", RESERVED),
            range("3fff::/20", RESERVED),
            range("2000::/3", PUBLIC));

    public static AddressClass of(InetAddress address) {
        return of(address.getAddress());
    }

    /** @param address 4 or 16 bytes in network order */
    static AddressClass of(byte[] address) {
        if (carriesIpv4(address)) return TRANSITION;
        for (var range : RANGES) if (range.holds(address)) return range.kind;
        return address.length == 4 ? PUBLIC : RESERVED;
    }

    /** Whether somebody may allow addresses of this class; the others are never dialled. */
    public boolean grantable() {
        return this == PUBLIC || this == LOOPBACK || this == PRIVATE;
    }

    /** ::a.b.c.d and ::ffff:a.b.c.d, which Java unwraps in text but not in every way an address can come about. */
    private static boolean carriesIpv4(byte[] address) {
        if (address.length != 16) return false;
        for (int i = 0; i < 10; i++) if (address[i] != 0) return false;
        boolean mapped = address[10] == -1 && address[11] == -1;
        boolean compatible = address[10] == 0 && address[11] == 0 && (address[12] != 0 || address[13] != 0);
        return mapped || compatible;
    }

    private static Range range(String text, AddressClass kind) {
        int slash = text.indexOf('/');
        return new Range(
                InetAddress.ofLiteral(text.substring(0, slash)).getAddress(),
                Integer.parseInt(text.substring(slash + 1)),
                kind);
    }
}
