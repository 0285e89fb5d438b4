package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Digest;
import dev.writ.http.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener that speaks TLS: whom it lets in, what it tells of them, and what it does with files that change. */
class TlsListenerTest {
    @TempDir
    static Path folder;

    private static Certificates corp;
    private static Certificates foreign;

    private final AtomicReference<Optional<HttpServer>> running = new AtomicReference<>(Optional.empty());
    private Tls tls;

    @BeforeAll
    static void certificates() throws Exception {
        corp = Certificates.authority(folder, "corp");
        corp.giveServer("server");
        corp.giveServer("next");
        corp.giveServer("over", "-startdate", "-300d");
        corp.give("bot");
        corp.give("late", "-startdate", "-300d");
        foreign = Certificates.authority(folder, "foreign");
        foreign.give("stranger");
    }

    @AfterEach
    void stop() {
        running.get().ifPresent(server -> server.close(Duration.ofMillis(200)));
    }

    private HttpServer start(Limits limits) {
        return start(limits, InstantSource.system());
    }

    private HttpServer start(Limits limits, InstantSource clock) {
        tls = Tls.open(corp.files("server", Optional.of(corp.authorityFile())), clock);
        var server = HttpServer.start(
                Settings.loopback(0).with(limits).secured(Optional.of(tls)),
                Routes.of(
                        new Route(
                                "GET",
                                "/who",
                                0,
                                "public",
                                request -> Answer.text(
                                        200,
                                        request.base() + " "
                                                + request.certificate()
                                                        .map(Digest::toString)
                                                        .orElse("nobody"))),
                        new Route("GET", "/large", 0, "public", _ -> Answer.of(200, "text/plain", new byte[3_000_000])),
                        new Route(
                                "GET",
                                "/stream",
                                0,
                                "public",
                                _ -> new Answer.Stream(200, dev.writ.base.Headers.EMPTY, sink -> {
                                    for (int i = 0; i < 100; i++) sink.write("0123456789".getBytes(UTF_8));
                                    sink.close();
                                }))),
                clock);
        running.set(Optional.of(server));
        return server;
    }

    private static HttpClient client(SSLContext context) {
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static SSLContext showing(Certificates by, String alias) {
        return corp.client(by, Optional.of(alias));
    }

    private static SSLContext showingNothing() {
        return corp.client(corp, Optional.empty());
    }

    private static String get(HttpServer server, HttpClient client, String path) throws IOException {
        try {
            var url = URI.create("https://localhost:" + server.address().getPort() + path);
            return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String digest(String alias) throws Exception {
        return Digest.of(corp.certificate(alias).getEncoded()).toString();
    }

    private static SSLSocket socket(HttpServer server, SSLContext context, String protocol) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory()
                .createSocket("localhost", server.address().getPort());
        socket.setEnabledProtocols(new String[] {protocol});
        socket.setSoTimeout(30_000);
        return socket;
    }

    @Test
    void whoShowsACertificateOfOurAuthorityIsKnownByItAndTheOthersAreNobody() throws Exception {
        var server = start(Limits.DEFAULT);
        try (var bot = client(showing(corp, "bot"));
                var nobody = client(showingNothing())) {
            for (int i = 0; i < 2; i++) {
                assertThat(get(server, bot, "/who")).endsWith(" " + digest("bot"));
                assertThat(get(server, nobody, "/who"))
                        .isEqualTo("https://localhost:" + server.address().getPort() + " nobody");
            }
            assertThat(get(server, bot, "/large")).hasSize(3_000_000);
            assertThat(get(server, bot, "/stream")).hasSize(1_000);
        }
    }

    @Test
    void aSessionThatIsTakenUpAgainIsStillItsHoldersOwn() throws Exception {
        var server = start(Limits.DEFAULT);
        var context = showing(corp, "bot");
        for (var protocol : new String[] {"TLSv1.2", "TLSv1.3"})
            for (int i = 0; i < 3; i++)
                try (var socket = socket(server, context, protocol)) {
                    assertThat(whoOver(socket)).endsWith(digest("bot"));
                    assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                }
    }

    private static String whoOver(java.net.Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    @Test
    void aCertificateOfAnotherAuthorityOrAnExpiredOneEndsTheHandshake() {
        var server = start(Limits.DEFAULT);
        for (var context : new SSLContext[] {showing(foreign, "stranger"), showing(corp, "late")})
            try (var client = client(context)) {
                assertThatThrownBy(() -> get(server, client, "/who")).isInstanceOf(IOException.class);
            }
        Await.until("all are gone", () -> server.connectionsOpen() == 0);
    }

    /** Java takes a certificate that is itself an authority without looking at its time. */
    @Test
    void anExpiredCertificateThatIsItselfAnAuthorityIsRefusedToo() throws Exception {
        var own = Certificates.authority(Files.createDirectory(folder.resolve("own")), "own");
        own.give("late", "-startdate", "-300d");
        var authorities = Files.writeString(
                folder.resolve("late-ca.pem"),
                Certificates.pem("CERTIFICATE", own.certificate("late").getEncoded()));
        tls = Tls.open(corp.files("server", Optional.of(authorities)), InstantSource.system());
        var server = HttpServer.start(
                Settings.loopback(0).secured(Optional.of(tls)),
                Routes.of(new Route("GET", "/who", 0, "public", _ -> Answer.text(200, "in"))),
                InstantSource.system());
        running.set(Optional.of(server));
        try (var client = client(showing(own, "late"));
                var nobody = client(showingNothing())) {
            assertThat(get(server, nobody, "/who")).isEqualTo("in");
            assertThatThrownBy(() -> get(server, client, "/who")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aCertificateThatEndsWhileItsConnectionIsOpenIsNobodys() throws Exception {
        var now = new AtomicReference<>(Instant.now());
        var server = start(Limits.DEFAULT, now::get);
        try (var bot = client(showing(corp, "bot"))) {
            assertThat(get(server, bot, "/who")).endsWith(digest("bot"));
            now.set(Instant.now().plus(Duration.ofDays(201)));
            assertThat(get(server, bot, "/who")).endsWith(" nobody");
            assertThat(server.connectionsOpen()).isEqualTo(1);
        }
    }

    @Test
    void plainHttpAtThisPortIsCut() throws Exception {
        var server = start(Limits.DEFAULT);
        try (var wire = new Wire(server.address())) {
            wire.request("GET /who");
            assertThat(cut(wire)).isTrue();
        }
        Await.until("all are gone", () -> server.connectionsOpen() == 0);
    }

    /** Whether nothing but an alert comes before the end. */
    private static boolean cut(Wire wire) throws IOException {
        var buffer = new byte[100];
        int count = wire.read(buffer);
        return count < 0 || (buffer[0] == 21 && wire.ends());
    }

    @Test
    void tlsAtAPlainPortIsRefusedAtOnce() throws Exception {
        try (var plain = new Fixture();
                var wire = plain.wire()) {
            wire.send("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003");
            assertThat(wire.reply().status()).isEqualTo(400);
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void aHandshakeThatDoesNotComeOrComesSlowlyIsCut() throws Exception {
        var server = start(Fixture.QUICK);
        try (var silent = new Wire(server.address());
                var slow = new Wire(server.address())) {
            slow.send("\u0016\u0003\u0001\u0002\u0000\u0001");
            assertThat(cut(silent)).isTrue();
            assertThat(cut(slow)).isTrue();
            Await.until("all are gone", () -> server.connectionsOpen() == 0);
        }
    }

    @Test
    void aConnectionCountsFromItsBeginningAndOneTooManyIsCut() throws Exception {
        var server = start(Limits.DEFAULT.withCaps(1, 10, 1 << 20));
        try (var first = new Wire(server.address())) {
            Await.until("the first is in", () -> server.connectionsOpen() == 1);
            try (var second = new Wire(server.address())) {
                assertThat(second.ends()).isTrue();
            }
            assertThat(first.send("\u0016")).isNotNull();
            assertThat(server.connectionsOpen()).isEqualTo(1);
        }
    }

    @Test
    void nobodyBeginsAnewOnAnOpenConnection() throws Exception {
        var server = start(Limits.DEFAULT);
        try (var socket = socket(server, showingNothing(), "TLSv1.2")) {
            socket.startHandshake();
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        whoOver(socket);
                    })
                    .isInstanceOf(IOException.class);
        }
        Await.until("all are gone", () -> server.connectionsOpen() == 0);
    }

    @Test
    void pagesOfAPublicNameTellBrowsersToComeWithTlsAloneAndOthersDoNot() throws Exception {
        tls = Tls.open(corp.files("server", Optional.empty()), InstantSource.system());
        var routes = Routes.of(
                new Route("GET", "/who", 0, "public", _ -> Answer.of(200, "text/html; charset=utf-8", new byte[1])),
                new Route("GET", "/data", 0, "public", _ -> Answer.text(200, "data")));
        var named = Settings.loopback(0).secured(Optional.of(tls)).known(Optional.of(URI.create("https://writ.corp")));
        for (var settings : new Settings[] {named, named.known(Optional.empty()), named.secured(Optional.empty())}) {
            var server = HttpServer.start(settings, routes, InstantSource.system());
            try (var socket = settings.tls().isPresent()
                    ? socket(server, showingNothing(), "TLSv1.3")
                    : new java.net.Socket("localhost", server.address().getPort())) {
                assertThat(whoOver(socket).contains("strict-transport-security: max-age=31536000\r\n"))
                        .isEqualTo(settings == named);
            } finally {
                server.close(Duration.ofMillis(200));
            }
        }
    }

    @Test
    void olderVersionsAreNotSpoken() {
        var server = start(Limits.DEFAULT);
        assertThatThrownBy(() -> {
                    try (var socket = socket(server, showingNothing(), "TLSv1.1")) {
                        socket.startHandshake();
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void newFilesAreTakenUpAndBrokenOnesAreNot() throws Exception {
        var server = start(Limits.DEFAULT);
        assertThat(tls.trouble()).isEmpty();
        assertThat(serial(server)).isEqualTo(corp.certificate("server").getSerialNumber());
        var files = tls.files();

        corp.writeTo("next", files.certificate(), files.key());
        tls.renew();
        assertThat(serial(server)).isEqualTo(corp.certificate("next").getSerialNumber());
        assertThat(tls.trouble()).isEmpty();

        Files.writeString(files.certificate(), "half a file");
        tls.renew();
        assertThat(serial(server)).isEqualTo(corp.certificate("next").getSerialNumber());
        assertThat(tls.trouble()).hasValueSatisfying(why -> assertThat(why).contains("has no certificate in PEM"));

        corp.writeTo("over", files.certificate(), files.key());
        tls.renew();
        assertThat(serial(server)).isEqualTo(corp.certificate("next").getSerialNumber());
        assertThat(tls.trouble()).hasValueSatisfying(why -> assertThat(why).contains("expired"));

        Files.delete(files.key());
        tls.renew();
        assertThat(tls.trouble()).hasValueSatisfying(why -> assertThat(why).contains("is not there"));

        corp.writeTo("server", files.certificate(), files.key());
        tls.renew();
        assertThat(serial(server)).isEqualTo(corp.certificate("server").getSerialNumber());
        assertThat(tls.trouble()).isEmpty();
    }

    private static java.math.BigInteger serial(HttpServer server) {
        try (var socket = socket(server, showingNothing(), "TLSv1.3")) {
            socket.startHandshake();
            return ((java.security.cert.X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSerialNumber();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCertificateThatEndsSoonIsTold() {
        var now = new AtomicReference<>(Instant.now());
        var soon = Tls.open(corp.files("server", Optional.empty()), now::get);
        assertThat(soon.trouble()).isEmpty();
        now.set(Instant.now().plus(Duration.ofDays(190)));
        assertThat(soon.trouble()).hasValueSatisfying(why -> assertThat(why).contains("is good until"));
    }

    @Test
    void filesThatCannotBeUsedStopTheStartWithWhatIsWrong() throws Exception {
        var good = corp.files("server", Optional.empty());
        var other = corp.files("next", Optional.empty());
        refused(new TlsFiles(folder.resolve("none.pem"), good.key(), Optional.empty()), ServerError.Code.TLS_MISSING);
        refused(
                new TlsFiles(good.certificate(), good.key(), Optional.of(folder.resolve("none.pem"))),
                ServerError.Code.TLS_MISSING);
        refused(new TlsFiles(good.certificate(), other.key(), Optional.empty()), ServerError.Code.TLS_MISFIT);
        refused(corp.files("over", Optional.empty()), ServerError.Code.TLS_EXPIRED);
        refused(new TlsFiles(good.key(), good.key(), Optional.empty()), ServerError.Code.TLS_MALFORMED);
        refused(new TlsFiles(good.certificate(), good.key(), Optional.of(good.key())), ServerError.Code.TLS_MALFORMED);
        var key = Files.writeString(
                folder.resolve("locked.key"), Certificates.pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        refused(new TlsFiles(good.certificate(), key, Optional.empty()), ServerError.Code.TLS_MALFORMED);
        Files.setPosixFilePermissions(other.key(), PosixFilePermissions.fromString("rw-r-----"));
        refused(other, ServerError.Code.TLS_EXPOSED);
    }

    private static void refused(TlsFiles files, ServerError.Code code) {
        assertThatThrownBy(() -> Tls.open(files, InstantSource.system()))
                .isInstanceOfSatisfying(
                        ServerError.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
