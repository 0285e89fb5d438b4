package dev.writ.bench;

import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;

/** A server whose streams stay open and silent, in a process of its own; tells for each byte of input what it holds. */
final class IdleStreams {
    private IdleStreams() {}

    public static void main(String[] arguments) throws IOException {
        var routes = Routes.of(new Route(
                "GET",
                "/",
                0,
                "public",
                _ -> new Answer.EventStream(sink -> {
                    sink.onClose(() -> {});
                    sink.keepAlive();
                })));
        try (var server = HttpServer.start(Settings.loopback(0), routes, InstantSource.system())) {
            tell(Integer.toString(server.address().getPort()));
            while (System.in.read() >= 0) {
                System.gc();
                long heap =
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
                tell(server.connectionsOpen() + " " + heap);
            }
        }
    }

    private static void tell(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
