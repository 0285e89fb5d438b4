package dev.writ.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one hop through our server and client costs, beside nginx as a plain proxy; upstream (nginx) and load generator
 * (wrk) are other processes. Needs the Debian packages nginx and wrk. Prints CPU microseconds of the proxy's process
 * per request, requests per second and latencies. Takes about a minute:
 * {@code ./mvnw -B test -Pextended -Dtest=PlainHopBench | grep '^bench'}
 */
@Tag("extended")
class PlainHopBench {
    private static final int SECONDS = 6;
    private static final int TICKS_PER_SECOND = 100;
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
    private static final Pattern P50 = Pattern.compile("50%\\s+(\\S+)");
    private static final Pattern P99 = Pattern.compile("99%\\s+(\\S+)");

    @TempDir
    Path directory;

    private record Load(long requests, String line) {}

    @Test
    void oneHopThroughServerAndClientBesideNginx() throws IOException {
        int upstreamPort = freePort();
        int proxyPort = freePort();
        var body = "{\"a\":\"" + "x".repeat(658) + "\"}";
        Files.writeString(
                directory.resolve("post.lua"),
                "wrk.method='POST' wrk.headers['Content-Type']='application/json' wrk.body='" + body + "'");
        try (var upstream = nginx("upstream", upstreamPort, "return 200 '" + "y".repeat(989) + "';", "");
                var nginx = nginx(
                        "proxy",
                        proxyPort,
                        "proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection '';",
                        "upstream up { server 127.0.0.1:" + upstreamPort
                                + "; keepalive 256; keepalive_requests 100000000; }");
                var ours = hop(upstreamPort)) {
            assertThat(upstream.running()).isTrue();
            int oursPort = Integer.parseInt(ours.readLine().orElseThrow());
            load(oursPort, 64, SECONDS);
            System.out.println("bench | proxy | connections | CPU us/request | requests/s | p50 | p99");
            for (int connections : new int[] {1, 8, 64}) {
                measure("nginx", nginx.pid(), proxyPort, connections);
                measure("writ plain hop", ours.pid(), oursPort, connections);
            }
        }
    }

    private void measure(String name, long pid, int port, int connections) throws IOException {
        long before = ticks(pid);
        var load = load(port, connections, SECONDS);
        double micros = (ticks(pid) - before) * (1_000_000.0 / TICKS_PER_SECOND) / load.requests();
        System.out.printf("bench | %s | %d | %.1f | %s%n", name, connections, micros, load.line());
    }

    private Load load(int port, int connections, int seconds) {
        var words = List.of(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "--latency",
                "-s",
                directory.resolve("post.lua").toString(),
                "http://127.0.0.1:" + port + "/");
        var output = new ArrayList<String>();
        try (var wrk = child(words)) {
            for (var line = wrk.readLine(); line.isPresent(); line = wrk.readLine()) output.add(line.get());
        }
        var text = String.join("\n", output);
        assertThat(text).doesNotContain("Non-2xx").doesNotContain("Socket errors");
        return new Load(
                Long.parseLong(found(REQUESTS, text)),
                found(RATE, text) + " | " + found(P50, text) + " | " + found(P99, text));
    }

    private Child hop(int upstreamPort) {
        var words = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=96m",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                PlainHop.class.getName(),
                "http://127.0.0.1:" + upstreamPort + "/");
        return child(words);
    }

    private Child nginx(String name, int port, String location, String extra) throws IOException {
        var folder = Files.createDirectories(directory.resolve(name));
        Files.writeString(
                folder.resolve("nginx.conf"),
                "daemon off; worker_processes 2; pid " + folder + "/pid; error_log stderr;\n"
                        + "events { worker_connections 4096; }\n"
                        + "http { access_log off; client_body_temp_path " + folder + "/b; proxy_temp_path " + folder
                        + "/p; fastcgi_temp_path " + folder + "/f; uwsgi_temp_path " + folder + "/u; scgi_temp_path "
                        + folder + "/s; keepalive_requests 100000000; " + extra
                        + " server { listen 127.0.0.1:" + port + "; location / { " + location + " } } }\n");
        var child = child(List.of("nginx", "-c", folder.resolve("nginx.conf").toString(), "-p", folder.toString()));
        awaitListening(port);
        return child;
    }

    private Child child(List<String> words) {
        return Child.start(
                new Command(words, Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"), directory),
                Limits.DEFAULT);
    }

    private static void awaitListening(int port) {
        long until = System.nanoTime() + 10_000_000_000L;
        while (System.nanoTime() < until) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
                return;
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("nothing listens on " + port);
    }

    /** CPU time of a process and its children, in the kernel's ticks (proc(5), fields 14 and 15). */
    private static long ticks(long pid) throws IOException {
        long ticks = 0;
        var all = Stream.concat(
                Stream.of(pid),
                ProcessHandle.of(pid).stream()
                        .flatMap(ProcessHandle::descendants)
                        .map(ProcessHandle::pid));
        for (long one : all.toList()) {
            var stat = Files.readString(Path.of("/proc", Long.toString(one), "stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String found(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        return Optional.of(matcher)
                .filter(java.util.regex.Matcher::find)
                .map(m -> m.group(1))
                .orElseThrow(() -> new AssertionError("no " + pattern + " in " + text));
    }
}
