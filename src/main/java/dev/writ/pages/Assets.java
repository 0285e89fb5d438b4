package dev.writ.pages;

import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** The style sheet, the one script and the icon. */
public final class Assets {
    public static final String BASE = "/ui/assets";

    private static final Map<String, String> KNOWN = Map.of(
            "writ.css", "text/css; charset=utf-8",
            "passkey.js", "text/javascript; charset=utf-8",
            "writ.svg", "image/svg+xml");

    private Assets() {}

    public static List<Route> routes() {
        return KNOWN.keySet().stream()
                .sorted()
                .map(name -> new Route("GET", BASE + "/" + name, 0, "public", answering(name)::of))
                .toList();
    }

    private record Asset(String type, byte[] bytes) {
        Answer of(Request request) {
            return Answer.of(200, type, bytes.clone())
                    .with("cache-control", "max-age=300")
                    .with("x-content-type-options", "nosniff")
                    .with("cross-origin-resource-policy", "same-origin");
        }
    }

    private static Asset answering(String name) {
        try (var in = Assets.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException("the jar has no " + name);
            return new Asset(KNOWN.getOrDefault(name, "application/octet-stream"), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
