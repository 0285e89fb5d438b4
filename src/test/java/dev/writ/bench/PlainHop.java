package dev.writ.bench;

import dev.writ.base.Headers;
import dev.writ.http.client.Call;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.io.IOException;
import java.time.InstantSource;

/** A proxy made of our server and client and nothing else, in a process of its own; ends with its input. */
final class PlainHop {
    private static final int BYTES_MAX = 1 << 20;

    private PlainHop() {}

    public static void main(String[] arguments) throws IOException {
        var upstream = Url.parse(arguments[0]);
        try (var client = HttpClient.start(dev.writ.http.client.Settings.to(Destinations.loopbackOnly()));
                var server = HttpServer.start(
                        Settings.loopback(0),
                        Routes.of(new Route("POST", "/", BYTES_MAX, "public", request -> {
                            var call = Call.post(upstream, "application/json", request.body());
                            try (var exchange = client.send(call)) {
                                return new Answer.Full(
                                        exchange.status(),
                                        Headers.of("content-type", "application/json"),
                                        exchange.body(BYTES_MAX));
                            }
                        })),
                        InstantSource.system())) {
            System.out.println(server.address().getPort());
            System.out.flush();
            while (System.in.read() >= 0) {}
        }
    }
}
