package dev.writ.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an idle event stream costs on the heap, with ten thousand open, and how soon their departure is noticed:
 * {@code ./mvnw -B test -Pbench -Dtest=IdleStreamsBench | grep '^bench'}
 */
@Tag("bench")
class IdleStreamsBench {
    private static final int COUNT = 10_000;
    private static final int HEAP_BYTES_MAX = 8 << 10;
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);

    @TempDir
    Path directory;

    @Test
    void tenThousandIdleStreamsStayWithinEightKibibytesEach() throws IOException {
        try (var server = server()) {
            int port = Integer.parseInt(server.readLine().orElseThrow());
            long before = look(server)[1];
            var clients = new ArrayList<Socket>();
            for (int i = 0; i < COUNT; i++) {
                var client = new Socket("127.0.0.1", port);
                client.getOutputStream().write(REQUEST);
                clients.add(client);
            }
            for (var client : clients)
                assertThat(client.getInputStream().read()).isEqualTo('H');
            var open = look(server);
            assertThat(open[0]).isEqualTo(COUNT);
            long each = (open[1] - before) / COUNT;
            System.out.println("bench | heap bytes per idle stream | " + each);
            long from = System.nanoTime();
            for (var client : clients) client.close();
            while (look(server)[0] > 0)
                assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(20));
            System.out.println(
                    "bench | ms until all departures were noticed | " + (System.nanoTime() - from) / 1_000_000);
            assertThat(each).isLessThan(HEAP_BYTES_MAX);
        }
    }

    private static long[] look(Child server) {
        server.writeLine(new byte[0], Duration.ofSeconds(10));
        var words = server.readLine().orElseThrow().split(" ");
        return new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])};
    }

    private Child server() {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var words = List.of(
                java,
                "-Xmx256m",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                IdleStreams.class.getName());
        return Child.start(new Command(words, Map.of("PATH", "/usr/bin:/bin"), directory), Limits.DEFAULT);
    }
}
