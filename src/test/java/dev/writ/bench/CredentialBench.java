package dev.writ.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.JsonReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a governed call costs by what the agent shows: an opaque key, a token, a token bound to a key with a proof of its
 * own for each call; and how many tokens are minted in a second. Server, load generator and MCP server as in
 * {@link GovernedCallBench}: {@code ./mvnw -B test -Pbench -Dtest=CredentialBench | grep '^bench'}
 */
@Tag("bench")
class CredentialBench {
    private static final int SECONDS = 8;
    private static final int CONNECTIONS = 64;
    /** More than a warm-up and a run take; each was signed beforehand. */
    private static final int PROOFS = 200_000;

    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\","
                    + "\"arguments\":{\"amount\":120.00,\"customer\":\"4411\"}}}";
    private static final String HELLO = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private int proofs;

    @Test
    void aGovernedCallByWhatIsShown() throws Exception {
        var loads = new Loads(directory);
        try (var echo = loads.java(EchoMcp.class)) {
            var upstream = "http://127.0.0.1:" + echo.readLine().orElseThrow() + "/mcp";
            var data = directory.resolve("data").toString();
            try (var ours = loads.java(GovernedServer.class, data, upstream, Integer.toString(PROOFS))) {
                var url = "http://127.0.0.1:" + ours.readLine().orElseThrow() + "/mcp/echo";
                var key = ours.readLine().orElseThrow();
                var resource = ours.readLine().orElseThrow();
                var token = ours.readLine().orElseThrow();
                var bound = ours.readLine().orElseThrow();
                var shown = Files.readAllLines(Path.of(ours.readLine().orElseThrow()));
                var refreshes = ours.readLine().orElseThrow().split(" ");
                System.out.println("bench | " + Loads.machine(directory));
                System.out.println("bench | shown, 64 connections | CPU us/call | calls/s | p50 | p99");
                var byKey = script("key", "Bearer " + key, session(url, "Bearer " + key, List.of()));
                loads.load(url, byKey, CONNECTIONS, 4 * SECONDS);
                tell("opaque key", loads.cost(ours.pid(), url, byKey, CONNECTIONS, SECONDS));
                var byToken = script("token", "Bearer " + token, session(resource, "Bearer " + token, List.of()));
                loads.load(resource, byToken, CONNECTIONS, SECONDS);
                tell("token", loads.cost(ours.pid(), resource, byToken, CONNECTIONS, SECONDS));
                var session = session(resource, "DPoP " + bound, shown);
                bound(loads, resource, "DPoP " + bound, session, shown);
                tell(
                        "token with a proof for each call",
                        bound(loads, resource, "DPoP " + bound, session, shown, ours.pid()));
                minted(resource, refreshes);
                assertThat(ours.running()).isTrue();
            }
        }
    }

    private static void tell(String what, Loads.Cost cost) {
        System.out.println("bench | " + what + " | " + cost.line());
    }

    private void bound(Loads loads, String url, String credential, String session, List<String> shown)
            throws IOException {
        var load = loads.load(url, bound(credential, session, shown), CONNECTIONS, SECONDS);
        proofs += (int) load.requests() + CONNECTIONS;
    }

    private Loads.Cost bound(Loads loads, String url, String credential, String session, List<String> shown, long pid)
            throws IOException {
        return loads.cost(pid, url, bound(credential, session, shown), CONNECTIONS, SECONDS);
    }

    private Path bound(String credential, String session, List<String> shown) throws IOException {
        var unused = Files.write(directory.resolve("proofs" + proofs), shown.subList(proofs, shown.size()));
        return Files.writeString(
                directory.resolve("bound" + proofs + ".lua"), """
                local proofs = {}
                for line in io.lines('%s') do proofs[#proofs + 1] = line end
                local next = 0
                local headers = { ['Content-Type']='application/json', ['Accept']='application/json, text/event-stream',
                  ['Authorization']='%s', ['Mcp-Session-Id']='%s', ['MCP-Protocol-Version']='2025-06-18' }
                request = function()
                  next = next + 1
                  headers['DPoP'] = proofs[next]
                  return wrk.format('POST', nil, headers, (string.gsub('%s', '7', 1000 + next, 1)))
                end
                """.formatted(unused, credential, session, CALL));
    }

    private Path script(String name, String credential, String session) throws IOException {
        return Files.writeString(directory.resolve(name + ".lua"), """
                local headers = { ['Content-Type']='application/json', ['Accept']='application/json, text/event-stream',
                  ['Authorization']='%s', ['Mcp-Session-Id']='%s', ['MCP-Protocol-Version']='2025-06-18' }
                local id = 1000
                request = function()
                  id = id + 1
                  return wrk.format('POST', nil, headers, (string.gsub('%s', '7', id, 1)))
                end
                """.formatted(credential, session, CALL));
    }

    private String session(String url, String credential, List<String> shown) throws Exception {
        var answer = post(url, credential, shown, HELLO, "mcp-protocol-version", "2025-06-18");
        var id = answer.headers().firstValue("mcp-session-id").orElseThrow();
        post(
                url,
                credential,
                shown,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
                "mcp-session-id",
                id);
        var called = post(url, credential, shown, CALL, "mcp-session-id", id);
        assertThat(called.body()).contains("\"result\"").doesNotContain("\"isError\":true");
        return id;
    }

    private HttpResponse<String> post(String url, String credential, List<String> shown, String body, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url))
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("authorization", credential)
                .headers(headers)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!shown.isEmpty()) request.header("dpop", shown.get(proofs++));
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
        return answer;
    }

    /** Each of some grants is refreshed over and over: one mint, one rotation, three records on disk. */
    private void minted(String resource, String[] refreshes) throws InterruptedException {
        var endpoint = URI.create(resource.substring(0, resource.indexOf("/mcp/")) + "/oauth/token");
        var minted = new AtomicLong();
        var failed = new AtomicLong();
        for (int round = 0; round < 2; round++) {
            minted.set(0);
            long end = System.nanoTime() + SECONDS * 1_000_000_000L;
            var threads = new Thread[refreshes.length];
            for (int i = 0; i < refreshes.length; i++) {
                int mine = i;
                threads[i] = Thread.startVirtualThread(() -> {
                    while (System.nanoTime() < end) {
                        var next = refreshed(endpoint, refreshes[mine]);
                        if (next.isEmpty()) {
                            failed.incrementAndGet();
                            return;
                        }
                        refreshes[mine] = next;
                        minted.incrementAndGet();
                    }
                });
            }
            for (var thread : threads) thread.join();
        }
        assertThat(failed).hasValue(0);
        System.out.printf(
                "bench | tokens minted by refreshing, %d grants at once | %,d/s%n",
                refreshes.length, minted.get() / SECONDS);
    }

    private String refreshed(URI endpoint, String pair) {
        var split = pair.split("@");
        try {
            var request = HttpRequest.newBuilder(endpoint)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "grant_type=refresh_token&client_id=" + split[0] + "&refresh_token=" + split[1]));
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return JsonReader.readObject(answer.body().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .string("refresh_token")
                    .map(text -> split[0] + "@" + text)
                    .orElse("");
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
