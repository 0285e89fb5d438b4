package dev.writ.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one hop through our server and client costs, beside nginx as a plain proxy; upstream (nginx) and load generator
 * (wrk) are other processes. Needs the Debian packages nginx and wrk. Prints CPU microseconds of the proxy's process
 * per request, requests per second and latencies. Takes about a minute:
 * {@code ./mvnw -B test -Pbench -Dtest=PlainHopBench | grep '^bench'}
 */
@Tag("bench")
class PlainHopBench {
    private static final int SECONDS = 6;

    @TempDir
    Path directory;

    @Test
    void oneHopThroughServerAndClientBesideNginx() throws IOException {
        var loads = new Loads(directory);
        int upstreamPort = Loads.freePort();
        int proxyPort = Loads.freePort();
        var body = "{\"a\":\"" + "x".repeat(658) + "\"}";
        var script = Files.writeString(
                directory.resolve("post.lua"),
                "wrk.method='POST' wrk.headers['Content-Type']='application/json' wrk.body='" + body + "'");
        try (var upstream = loads.nginx("upstream", upstreamPort, "return 200 '" + "y".repeat(989) + "';", "");
                var nginx = loads.nginxProxy(proxyPort, upstreamPort);
                var ours = loads.java(PlainHop.class, "http://127.0.0.1:" + upstreamPort + "/", "evented");
                var waiting = loads.java(PlainHop.class, "http://127.0.0.1:" + upstreamPort + "/", "blocking")) {
            assertThat(upstream.running()).isTrue();
            var url = "http://127.0.0.1:" + ours.readLine().orElseThrow() + "/";
            var waitingUrl = "http://127.0.0.1:" + waiting.readLine().orElseThrow() + "/";
            loads.load(url, script, 64, SECONDS);
            loads.load(waitingUrl, script, 64, SECONDS);
            System.out.println("bench | " + Loads.machine(directory));
            System.out.println("bench | proxy | connections | CPU us/request | requests/s | p50 | p99");
            for (int connections : new int[] {1, 8, 64}) {
                var plain =
                        loads.cost(nginx.pid(), "http://127.0.0.1:" + proxyPort + "/", script, connections, SECONDS);
                System.out.println("bench | nginx | " + connections + " | " + plain.line());
                var hop = loads.cost(ours.pid(), url, script, connections, SECONDS);
                System.out.println("bench | writ, event loop | " + connections + " | " + hop.line());
                var thread = loads.cost(waiting.pid(), waitingUrl, script, connections, SECONDS);
                System.out.println("bench | writ, virtual threads | " + connections + " | " + thread.line());
            }
        }
    }
}
