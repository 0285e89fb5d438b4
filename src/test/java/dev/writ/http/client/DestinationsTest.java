package dev.writ.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steering a client into networks where it has no business: every spelling, every range, names that change their mind. */
class DestinationsTest {
    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, PUBLIC",
        "1.1.1.1, PUBLIC",
        "172.32.0.1, PUBLIC",
        "172.15.255.255, PUBLIC",
        "100.63.255.255, PUBLIC",
        "100.128.0.0, PUBLIC",
        "11.0.0.0, PUBLIC",
        "223.255.255.255, PUBLIC",
        "192.169.0.1, PUBLIC",
        "198.17.255.255, PUBLIC",
        "198.20.0.0, PUBLIC",
        "126.255.255.255, PUBLIC",
        "128.0.0.1, PUBLIC",
        "168.63.129.15, PUBLIC",
        "2606:4700:4700::1111, PUBLIC",
        "2a00:1450::1, PUBLIC",
        "127.0.0.1, LOOPBACK",
        "127.255.255.254, LOOPBACK",
        "::1, LOOPBACK",
        "10.0.0.1, PRIVATE",
        "10.255.255.255, PRIVATE",
        "172.16.0.1, PRIVATE",
        "172.31.255.255, PRIVATE",
        "192.168.1.1, PRIVATE",
        "fc00::1, PRIVATE",
        "fd12:3456::1, PRIVATE",
        "169.254.0.1, LINK_LOCAL",
        "169.254.255.255, LINK_LOCAL",
        "fe80::1, LINK_LOCAL",
        "febf::1, LINK_LOCAL",
        "169.254.169.254, METADATA",
        "169.254.170.2, METADATA",
        "169.254.170.23, METADATA",
        "fd00:ec2::254, METADATA",
        "fd00:ec2::23, METADATA",
        "fd20:ce::254, METADATA",
        "100.100.100.200, METADATA",
        "168.63.129.16, METADATA",
        "192.0.0.192, METADATA",
        "100.64.0.1, SHARED",
        "100.127.255.255, SHARED",
        "64:ff9b::a9fe:a9fe, TRANSITION",
        "64:ff9b:1::1, TRANSITION",
        "2002:a9fe:a9fe::1, TRANSITION",
        "2001::1, TRANSITION",
        "2001:0:a9fe:a9fe::, TRANSITION",
        "::169.254.169.254, TRANSITION",
        "::7f00:1, TRANSITION",
        "192.88.99.1, TRANSITION",
        "224.0.0.1, MULTICAST",
        "239.255.255.255, MULTICAST",
        "ff02::1, MULTICAST",
        "0.0.0.0, RESERVED",
        "0.1.2.3, RESERVED",
        "192.0.0.1, RESERVED",
        "192.0.2.1, RESERVED",
        "198.18.0.1, RESERVED",
        "198.19.255.255, RESERVED",
        "198.51.100.1, RESERVED",
        "203.0.113.1, RESERVED",
        "240.0.0.1, RESERVED",
        "255.255.255.255, RESERVED",
        "::, RESERVED",
        "100::1, RESERVED",
        "2001:10::1, RESERVED",
        "2001:db8::1, RESERVED",
        "3fff::1, RESERVED",
        "5f00::1, RESERVED",
        "fec0::1, RESERVED",
        "4000::1, RESERVED"
    })
    void everyAddressHasItsClass(String literal, AddressClass kind) {
        assertThat(AddressClass.of(InetAddress.ofLiteral(literal))).isEqualTo(kind);
    }

    @Test
    void mappedAddressesAreATransitionFormHoweverTheyCameAbout() {
        var mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 8;
        assertThat(AddressClass.of(mapped)).isEqualTo(AddressClass.TRANSITION);
    }

    @Test
    void onlyThreeClassesCanEverBeGranted() {
        for (var kind : AddressClass.values())
            assertThat(kind.grantable())
                    .as("%s", kind)
                    .isEqualTo(List.of(AddressClass.PUBLIC, AddressClass.LOOPBACK, AddressClass.PRIVATE)
                            .contains(kind));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.1/",
                "http://2852039166/",
                "http://169.254.43518/",
                "http://0/",
                "http://0x7f000001/",
                "http://0xa9fea9fe/",
                "http://0251.0376.0251.0376/",
                "http://0xa9.254.169.254/",
                "http://127.0.0.1.1/",
                "http://127.0.0.01/",
                "http://256.1.1.1/",
                "http://1.2.3/",
                "http://example.0x7f/",
                "http://example.1/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:a9fe:a9fe]/",
                "http://[fe80::1%25eth0]/",
                "http://[::1/",
                "http://[::1]x/",
                "http://[]/",
                "http://[1.2.3.4]/",
                "http://user@example.com/",
                "http://8.8.8.8:80@10.0.0.1/",
                "http://example.com#@evil/",
                "http://example.com\\@evil/",
                "http:\\\\evil/",
                "http:/example.com/",
                "http:///x",
                "//example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "http://example.com:0/",
                "http://example.com:65536/",
                "http://example.com:+80/",
                "http://example.com:/x",
                "http://ex ample.com/",
                "http://ex\u0430mple.com/",
                "http://\u2488/",
                "http://exa%6dple.com/",
                "http://.example.com/",
                "http://example..com/",
                "http://example.com./",
                "http://-example.com/",
                "http://example.com/a b",
                "http://example.com/\r\nX: y",
                "http://example.com/\u00e9",
                "http://",
                ""
            })
    void aUrlThatCouldBeReadInTwoWaysIsRefused(String text) {
        assertThatThrownBy(() -> Url.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ordinaryUrlsAreReadPlainly() {
        assertThat(Url.parse("HTTP://Example.COM")).isEqualTo(new Url(false, "example.com", 80, "/"));
        assertThat(Url.parse("https://a.b-c.example:8443/x?y=%20"))
                .isEqualTo(new Url(true, "a.b-c.example", 8443, "/x?y=%20"));
        assertThat(Url.parse("https://[2606:4700::1]?q").target()).isEqualTo("/?q");
        assertThat(Url.parse("http://1.2.3.4:8080/").authority()).isEqualTo("1.2.3.4:8080");
        assertThat(Url.parse("http://xn--bcher-kva.example/").toString()).isEqualTo("http://xn--bcher-kva.example/");
        assertThat(Url.parse("http://server_1/").host()).isEqualTo("server_1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://100.100.100.200/",
                        "http://168.63.129.16/",
                "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://0.0.0.0/",
                "http://[::]/", "http://metadata.google.internal/", "http://METADATA/", "http://instance-data/"
            })
    void whatCannotBeGrantedIsForbiddenWhateverTheRules(String text) {
        var rules = new Destinations(_ -> List.of(InetAddress.ofLiteral("8.8.8.8")), _ -> true);
        assertThatThrownBy(() -> rules.resolve(Url.parse(text))).isInstanceOfSatisfying(ClientError.class, e -> {
            assertThat(e.code()).isEqualTo(ClientError.Code.FORBIDDEN);
            assertThat(e.sent()).isFalse();
        });
    }

    @Test
    void oneForbiddenAddressForbidsTheName() {
        var mixed = resolving(Map.of("mixed.example", List.of("8.8.8.8", "10.0.0.1")));
        assertThatThrownBy(() -> mixed.resolve(Url.parse("http://mixed.example/")))
                .isInstanceOf(ClientError.class);
        var clean = resolving(Map.of("clean.example", List.of("8.8.8.8", "2606:4700::1")));
        assertThatCode(() -> clean.resolve(Url.parse("http://clean.example/"))).doesNotThrowAnyException();
    }

    @Test
    void aNameThatChangesItsMindIsAskedOnceAndTheJudgedAddressDialled() throws IOException {
        var asked = new AtomicInteger();
        // First this machine, which the rules permit; asked again it would say the metadata service.
        var rules = new Destinations(
                _ -> List.of(InetAddress.ofLiteral(asked.getAndIncrement() == 0 ? "127.0.0.1" : "169.254.169.254")),
                address -> AddressClass.of(address) == AddressClass.LOOPBACK);
        try (var peer = Peer.always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
                var client = HttpClient.start(Settings.to(rules))) {
            var url = Url.parse("http://rebind.example:" + peer.url("/").port() + "/");
            try (var exchange = client.send(Call.get(url))) {
                assertThat(exchange.body(10)).hasSize(2);
                assertThat(asked).hasValue(1);
            }
            assertThatThrownBy(() -> client.send(Call.get(url)))
                    .isInstanceOfSatisfying(
                            ClientError.class, e -> assertThat(e.code()).isEqualTo(ClientError.Code.FORBIDDEN));
            assertThat(peer.connections).hasValue(1);
        }
    }

    @Test
    void aPooledConnectionIsJudgedByTheRulesOfTheCallThatWantsIt() throws IOException {
        try (var peer = Peer.always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                var client = HttpClient.start(Settings.to(Destinations.loopbackOnly()))) {
            try (var exchange = client.send(Call.get(peer.url("/")))) {
                exchange.body(10);
            }
            assertThatThrownBy(() -> client.send(Call.get(peer.url("/")).to(Destinations.publicOnly())))
                    .isInstanceOf(ClientError.class);
            assertThat(peer.requests).hasSize(1);
        }
    }

    @Test
    void anUnknownNameIsSaidToBeUnknown() {
        try (var client = HttpClient.start(Settings.to(resolving(Map.of())))) {
            assertThatThrownBy(() -> client.send(Call.get(Url.parse("http://nowhere.example/"))))
                    .isInstanceOfSatisfying(
                            ClientError.class, e -> assertThat(e.code()).isEqualTo(ClientError.Code.UNKNOWN_HOST));
        }
    }

    private static Destinations resolving(Map<String, List<String>> names) {
        var addresses = new HashMap<String, List<InetAddress>>();
        names.forEach((name, literals) -> addresses.put(
                name, literals.stream().map(InetAddress::ofLiteral).toList()));
        return new Destinations(
                host -> addresses.getOrDefault(host, List.of()), a -> AddressClass.of(a) == AddressClass.PUBLIC);
    }
}
