package dev.writ.bench;

import dev.writ.base.Headers;
import dev.writ.http.Loops;
import dev.writ.http.client.Arrival;
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

    private static final Headers JSON = Headers.of("content-type", "application/json");

    private PlainHop() {}

    public static void main(String[] arguments) throws IOException {
        var upstream = Url.parse(arguments[0]);
        boolean evented = arguments[1].equals("evented");
        try (var loops = Loops.start(2, "http");
                var client = HttpClient.start(dev.writ.http.client.Settings.to(Destinations.loopbackOnly()), loops);
                var server = HttpServer.start(
                        Settings.loopback(0),
                        Routes.of(evented ? evented(client, upstream) : blocking(client, upstream)),
                        InstantSource.system(),
                        loops)) {
            System.out.println(server.address().getPort());
            System.out.flush();
            while (System.in.read() >= 0) {}
        }
    }

    private static Route blocking(HttpClient client, Url upstream) {
        return new Route("POST", "/", BYTES_MAX, "public", request -> {
            var call = Call.post(upstream, "application/json", request.body());
            try (var exchange = client.send(call)) {
                return answer(exchange.status(), exchange.body(BYTES_MAX));
            }
        });
    }

    private static Route evented(HttpClient client, Url upstream) {
        return Route.evented("POST", "/", BYTES_MAX, "public", (request, reply) -> {
            var call = Call.post(upstream, "application/json", request.body());
            var _ = client.begin(
                    call,
                    BYTES_MAX,
                    arrival -> reply.send(
                            switch (arrival) {
                                case Arrival.Whole whole -> answer(whole.status(), whole.body());
                                case Arrival.Opened(var exchange) -> {
                                    exchange.close();
                                    yield Answer.empty(502);
                                }
                                case Arrival.Failed _ -> Answer.empty(502);
                            }));
        });
    }

    private static Answer answer(int status, byte[] body) {
        return new Answer.Full(status, JSON, body);
    }
}
