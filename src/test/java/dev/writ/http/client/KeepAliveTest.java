package dev.writ.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.peers.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A silent stream: the system itself asks on both sides whether the other one is still there. */
class KeepAliveTest {
    /** The kernel's name for the timer of keep-alive (linux, proc_net_tcp). */
    private static final String KEEP_ALIVE = "02";

    @Test
    void bothEndsOfASilentStreamAreProbed() {
        var open = new CountDownLatch(1);
        var routes = Routes.of(new Route(
                "GET",
                "/",
                0,
                "public",
                _ -> new Answer.EventStream(sink -> {
                    sink.keepAlive();
                    open.countDown();
                })));
        try (var server = HttpServer.start(dev.writ.http.server.Settings.loopback(0), routes, InstantSource.system());
                var client = HttpClient.start(Settings.to(Destinations.loopbackOnly()))) {
            int port = server.address().getPort();
            var call = Call.get(Url.parse("http://127.0.0.1:" + port + "/")).within(Deadlines.STREAM);
            try (var stream = client.send(call)) {
                assertThat(stream.status()).isEqualTo(200);
                Eventually.that("the stream is open", () -> open.getCount() == 0);
                Eventually.that(
                        "both sockets have the timer", () -> timers(port).equals(List.of(KEEP_ALIVE, KEEP_ALIVE)));
            }
        }
    }

    /** The timers of the established connections from or to a port. */
    private static List<String> timers(int port) {
        var end = String.format(Locale.ROOT, ":%04X", port);
        // A socket of the other family carries this one's addresses as well.
        try (var four = Files.lines(Path.of("/proc/net/tcp"));
                var six = Files.lines(Path.of("/proc/net/tcp6"))) {
            return Stream.concat(four, six)
                    .map(line -> line.strip().split("\\s+"))
                    .filter(columns -> columns[3].equals("01"))
                    .filter(columns -> columns[1].endsWith(end) || columns[2].endsWith(end))
                    .map(columns -> columns[5].substring(0, 2))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
