package dev.writ.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processes that a benchmark runs beside each other: nginx, wrk, and Java mains with the launcher's flags. */
final class Loads {
    private static final int TICKS_PER_SECOND = 100;
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
    private static final Pattern P50 = Pattern.compile("(?m)^\\s+50%\\s+(\\S+)");
    private static final Pattern P99 = Pattern.compile("(?m)^\\s+99%\\s+(\\S+)");

    private final Path directory;

    Loads(Path directory) {
        this.directory = directory;
    }

    /** What one run of wrk said. */
    record Load(long requests, String rate, String p50, String p99) {
        String line() {
            return rate + " | " + p50 + " | " + p99;
        }
    }

    /** What one run cost the process in the middle. */
    record Cost(double cpuMicros, Load load) {
        String line() {
            return String.format(java.util.Locale.ROOT, "%.1f | %s", cpuMicros, load.line());
        }
    }

    /** Loads a port for some seconds and tells what that cost a process and its children. */
    Cost cost(long pid, String url, Path script, int connections, int seconds) {
        long before = ticks(pid);
        var load = load(url, script, connections, seconds);
        return new Cost((ticks(pid) - before) * (1_000_000.0 / TICKS_PER_SECOND) / load.requests(), load);
    }

    Load load(String url, Path script, int connections, int seconds) {
        var words = List.of(
                "wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency", "-s", script.toString(), url);
        var output = new ArrayList<String>();
        try (var wrk = child(words)) {
            for (var line = wrk.readLine(); line.isPresent(); line = wrk.readLine()) output.add(line.get());
        }
        var text = String.join("\n", output);
        assertThat(text).doesNotContain("Non-2xx").doesNotContain("Socket errors");
        return new Load(Long.parseLong(found(REQUESTS, text)), found(RATE, text), found(P50, text), found(P99, text));
    }

    /** A main class of the test tree in a process of its own, with the flags of the launcher. */
    Child java(Class<?> main, String... arguments) {
        return java(List.of(), main, arguments);
    }

    /** @param flags for the virtual machine, besides */
    Child java(List<String> flags, Class<?> main, String... arguments) {
        var words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=96m",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        words.addAll(flags);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(List.of(arguments));
        return child(words);
    }

    /** nginx as a proxy that keeps its connections to the upstream. */
    Child nginxProxy(int port, int upstreamPort) {
        return nginx(
                "proxy",
                port,
                "proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host 127.0.0.1;",
                "upstream up { server 127.0.0.1:" + upstreamPort + "; keepalive 256; keepalive_requests 100000000; }");
    }

    Child nginx(String name, int port, String location, String extra) {
        try {
            var folder = Files.createDirectories(directory.resolve(name));
            Files.writeString(
                    folder.resolve("nginx.conf"),
                    "daemon off; worker_processes 2; pid " + folder + "/pid; error_log stderr;\n"
                            + "events { worker_connections 4096; }\n"
                            + "http { access_log off; client_body_temp_path " + folder + "/b; proxy_temp_path "
                            + folder + "/p; fastcgi_temp_path " + folder + "/f; uwsgi_temp_path " + folder
                            + "/u; scgi_temp_path " + folder + "/s; keepalive_requests 100000000; " + extra
                            + " server { listen 127.0.0.1:" + port + "; location / { " + location + " } } }\n");
            var child =
                    child(List.of("nginx", "-c", folder.resolve("nginx.conf").toString(), "-p", folder.toString()));
            awaitListening(port);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
    private static long ticks(long pid) {
        var all = Stream.concat(
                Stream.of(pid),
                ProcessHandle.of(pid).stream()
                        .flatMap(ProcessHandle::descendants)
                        .map(ProcessHandle::pid));
        long ticks = 0;
        for (long one : all.toList()) {
            try {
                var stat = Files.readString(Path.of("/proc", Long.toString(one), "stat"));
                var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return ticks;
    }

    static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where and on what a benchmark ran; the commit stands in the git log of the page that publishes it. */
    static String machine(Path folder) {
        try {
            return Runtime.getRuntime().availableProcessors() + " cores, "
                    + Files.getFileStore(folder).type() + ", JDK " + Runtime.version() + ", load "
                    + Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String found(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        if (!matcher.find()) throw new AssertionError("no " + pattern + " in " + text);
        return matcher.group(1);
    }
}
