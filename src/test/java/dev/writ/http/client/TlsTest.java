package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with a certificate of our own making: trusted for one name, and for nothing else. */
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path directory;

    private static SSLServerSocket listener;
    private static X509Certificate certificate;

    @BeforeAll
    static void start() throws Exception {
        var store = directory.resolve("keys.p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "peer",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=peer.example",
                        "-ext",
                        "san=dns:peer.example",
                        "-validity",
                        "2",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        assertThat(made.waitFor())
                .as(new String(made.getInputStream().readAllBytes(), UTF_8))
                .isZero();
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        certificate = (X509Certificate) keys.getCertificate("peer");
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(TlsTest::serve);
    }

    @AfterAll
    static void stop() throws IOException {
        listener.close();
    }

    @Test
    void aTrustedCertificateForTheNameIsAcceptedAndTheConnectionUsedAgain() {
        try (var client = client(List.of(certificate))) {
            for (int i = 0; i < 3; i++)
                try (var exchange = client.send(Call.get(url("peer.example")))) {
                    assertThat(exchange.body(100)).asString(UTF_8).isEqualTo("peer.example");
                }
            assertThat(client.connectionsOpen()).isEqualTo(1);
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefused() {
        try (var client = client(List.of(certificate))) {
            assertRefused(client, "other.example");
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() {
        try (var client = client(List.of())) {
            assertRefused(client, "peer.example");
        }
    }

    @Test
    void aPeerWithoutTlsIsRefused() throws IOException {
        try (var plain = new Peer(c -> c.send("HTTP/1.1 200 OK\r\n\r\n"));
                var client = client(List.of(certificate))) {
            var url = Url.parse("https://peer.example:" + plain.url("/").port() + "/");
            assertThatThrownBy(() -> client.send(Call.get(url)))
                    .isInstanceOfSatisfying(
                            ClientError.class, e -> assertThat(e.code()).isEqualTo(ClientError.Code.TLS_FAILED));
        }
    }

    private static void assertRefused(HttpClient client, String host) {
        assertThatThrownBy(() -> client.send(Call.get(url(host)))).isInstanceOfSatisfying(ClientError.class, e -> {
            assertThat(e.code()).isEqualTo(ClientError.Code.TLS_FAILED);
            assertThat(e.sent()).isFalse();
        });
        assertThat(client.connectionsOpen()).isZero();
    }

    private static HttpClient client(List<X509Certificate> trust) {
        var names = new Destinations(_ -> List.of(InetAddress.ofLiteral("127.0.0.1")), _ -> true);
        return HttpClient.start(Settings.to(names).trusting(trust));
    }

    private static Url url(String host) {
        return Url.parse("https://" + host + ":" + listener.getLocalPort() + "/");
    }

    /** Answers each request with the server name that the client indicated. */
    private static void serve() {
        while (!listener.isClosed()) {
            try {
                var socket = (SSLSocket) listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private static void serve(SSLSocket socket) {
        try (socket) {
            var reader = socket.getInputStream();
            var ends = 0;
            for (int b = reader.read(); b >= 0; b = reader.read()) {
                ends = b == '\r' || b == '\n' ? ends + 1 : 0;
                if (ends < 4) continue;
                var name = ((javax.net.ssl.ExtendedSSLSession) socket.getSession())
                        .getRequestedServerNames()
                        .getFirst();
                var text = ((javax.net.ssl.SNIHostName) name).getAsciiName();
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text)
                                .getBytes(UTF_8));
                ends = 0;
            }
        } catch (IOException e) {
            // The client gave the handshake up.
        }
    }
}
