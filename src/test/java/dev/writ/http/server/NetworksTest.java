package dev.writ.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Connections counted by network. */
class NetworksTest {
    private final Networks networks = new Networks(8);

    @Test
    void oneNetworkGetsItsPartAndOthersTheRest() {
        var flood = InetAddress.ofLiteral("198.51.100.7");
        for (int i = 0; i < 6; i++) assertThat(networks.enter(flood)).isTrue();
        for (int i = 0; i < 100; i++) assertThat(networks.enter(flood)).isFalse();
        assertThat(networks.enter(InetAddress.ofLiteral("198.51.100.8"))).isTrue();
        networks.leave(flood);
        assertThat(networks.enter(flood)).isTrue();
        assertThat(networks.enter(flood)).isFalse();
    }

    @Test
    void anIpv6HostIsOneHoweverManyAddressesItTakes() {
        for (int i = 0; i < 6; i++)
            assertThat(networks.enter(InetAddress.ofLiteral("2001:db8:1:2::" + i)))
                    .isTrue();
        assertThat(networks.enter(InetAddress.ofLiteral("2001:db8:1:2:ffff:1:2:3")))
                .isFalse();
        assertThat(networks.enter(InetAddress.ofLiteral("2001:db8:1:3::1"))).isTrue();
    }

    @Test
    void thisMachineIsNotCountedAndNothingIsKeptOfWhoHasLeft() {
        for (int i = 0; i < 100; i++)
            assertThat(networks.enter(InetAddress.getLoopbackAddress())).isTrue();
        var other = InetAddress.ofLiteral("192.0.2.1");
        assertThat(networks.enter(other)).isTrue();
        networks.leave(other);
        networks.leave(other);
        assertThat(networks.size()).isZero();
    }
}
