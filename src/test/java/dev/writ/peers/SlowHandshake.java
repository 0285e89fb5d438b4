package dev.writ.peers;

import dev.writ.http.server.Answer;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Limits;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A server that takes a handshake and never answers it. */
final class SlowHandshake implements AutoCloseable {
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final HttpServer server = HttpServer.start(
            new Settings("127.0.0.1", 0, Set.of(), Set.of(), Limits.DEFAULT, 1),
            new Routes(List.of(new Route("POST", "/mcp", 1 << 20, "agent", this::post))),
            InstantSource.system());

    private Answer post(Request request) {
        asked.complete(null);
        request.onGone(() -> gone.complete(null));
        gone.join();
        return Answer.empty(204);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + "/mcp");
    }

    boolean asked() {
        return asked.isDone();
    }

    boolean waiting() {
        return !gone.isDone();
    }

    @Override
    public void close() {
        gone.complete(null);
        server.close();
    }
}
