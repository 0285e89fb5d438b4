package dev.writ.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.walks.McpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A governed {@code tools/call} (key, strict parse, schema, policy, durable intent, forward, outcome) beside nginx as a
 * plain proxy and beside our own server and client as one, before the same MCP server. Server and load generator (wrk)
 * are other processes, the ledger syncs to a real disk. Needs the Debian packages nginx and wrk:
 * {@code ./mvnw -B test -Pbench -Dtest=GovernedCallBench | grep '^bench'}
 */
@Tag("bench")
class GovernedCallBench {
    private static final int SECONDS = 8;
    private static final int HALF_LOAD = 64;

    @TempDir
    Path directory;

    @Test
    void aGovernedCallBesideAPlainProxy() throws IOException {
        var loads = new Loads(directory);
        int proxyPort = Loads.freePort();
        try (var echo = loads.java(EchoMcp.class)) {
            int echoPort = Integer.parseInt(echo.readLine().orElseThrow());
            var data = directory.resolve("data").toString();
            var upstream = "http://127.0.0.1:" + echoPort + "/mcp";
            try (var nginx = loads.nginxProxy(proxyPort, echoPort);
                    var hop = loads.java(PlainHop.class, upstream, "evented");
                    var ours = loads.java(recording(), GovernedServer.class, data, upstream)) {
                int port = Integer.parseInt(ours.readLine().orElseThrow());
                var key = ours.readLine().orElseThrow();
                var url = "http://127.0.0.1:" + port + "/mcp/echo";
                var session = session(url, key);
                var script = script("full", key, session, 0);
                var plainUrl = "http://127.0.0.1:" + proxyPort + "/mcp/echo";
                var hopUrl = "http://127.0.0.1:" + hop.readLine().orElseThrow() + "/";
                loads.load(url, script, 64, 5 * SECONDS);
                loads.load(hopUrl, script, 64, SECONDS);
                loads.load(plainUrl, script, 64, SECONDS);
                System.out.println("bench | " + Loads.machine(directory));
                System.out.println("bench | what | connections | CPU us/call | calls/s | p50 | p99");
                double most = 0;
                for (int connections : new int[] {1, 8, 64, 256}) {
                    var plain = loads.cost(nginx.pid(), plainUrl, script, connections, SECONDS);
                    System.out.println("bench | nginx | " + connections + " | " + plain.line());
                    var bare = loads.cost(hop.pid(), hopUrl, script, connections, SECONDS);
                    System.out.println("bench | writ, plain hop | " + connections + " | " + bare.line());
                    var governed = loads.cost(ours.pid(), url, script, connections, SECONDS);
                    System.out.println("bench | writ | " + connections + " | " + governed.line());
                    System.out.printf(
                            "bench | ratio | %d | %.2f%n", connections, governed.cpuMicros() / plain.cpuMicros());
                    if (connections == HALF_LOAD)
                        most = Double.parseDouble(governed.load().rate());
                }
                // With a pause before each call a connection makes half of the calls that it made without one.
                long pause = Math.max(1, Math.round(2_000 * HALF_LOAD / most) - 1);
                var half = script("half", key, session, pause);
                for (var each : List.of(plainUrl, hopUrl, url))
                    System.out.printf(
                            "bench | half load, %d connections, a pause of %d ms on average | %s | %s%n",
                            HALF_LOAD,
                            pause,
                            each.equals(plainUrl) ? "nginx" : each.equals(hopUrl) ? "writ, plain hop" : "writ",
                            loads.load(each, half, HALF_LOAD, SECONDS).line());
                assertThat(ours.running()).isTrue();
            }
        }
    }

    /** With {@code -Dwrit.bench.recording=FILE} a flight recording for {@link Flame} is made, which costs a little. */
    private static List<String> recording() {
        var file = System.getProperty("writ.bench.recording", "");
        return file.isEmpty() ? List.of() : List.of("-XX:StartFlightRecording=settings=profile,filename=" + file);
    }

    private static String session(String url, String key) {
        try (var client = McpClient.to(url, key)) {
            client.initialize();
            var answer = client.call("echo", "{\"amount\":1}");
            assertThat(McpClient.isError(answer)).as(answer.text()).isFalse();
            return client.session().orElseThrow();
        }
    }

    /** Every call has an id of its own, as in any client. */
    private Path script(String name, String key, String session, long pauseMillis) throws IOException {
        var pause =
                pauseMillis > 0 ? "delay = function() return math.random(0, %d) end%n".formatted(2 * pauseMillis) : "";
        return Files.writeString(directory.resolve(name + ".lua"), pause + """
                local id = 1000
                local headers = { ['Content-Type']='application/json', ['Accept']='application/json, text/event-stream',
                  ['Authorization']='Bearer %s', ['Mcp-Session-Id']='%s', ['MCP-Protocol-Version']='2025-06-18' }
                local note = string.rep('x', 420)
                request = function()
                  id = id + 1
                  return wrk.format('POST', nil, headers, '{"jsonrpc":"2.0","id":' .. id .. ',"method":"tools/call","params":{"name":"echo",'
                    .. '"arguments":{"amount":120.00,"customer":"4411","note":"' .. note .. '"}}}')
                end
                """.formatted(key, session));
    }
}
