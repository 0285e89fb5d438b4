package dev.writ.gateway.oauth;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Dynamic registration (RFC 7591): anybody may, so it gives nothing but an id that says what was said. Every client is a
 * public one, whatever it asks for.
 */
final class Registration {
    static final int BODY_BYTES_MAX = 16 * 1024;
    private static final int OFTEN_MAX = 30;
    private static final Duration WITHIN = Duration.ofMinutes(1);
    private static final int ADDRESSES_MAX = 4_096;

    private final Clients clients;
    private final InstantSource clock;
    private final Map<String, Count> lately = new LinkedHashMap<>();

    private record Count(Instant since, int times) {}

    Registration(Clients clients, InstantSource clock) {
        this.clients = clients;
        this.clock = clock;
    }

    Answer register(Request request, Tenancy tenancy) {
        if (tooOften(request.peer().getAddress().getHostAddress()))
            return Answer.problem(429, "Too Many Requests", "register less often; try again in a minute")
                    .with("retry-after", "60");
        try {
            return registered(JsonReader.readObject(request.body()), tenancy);
        } catch (JsonError e) {
            return error("invalid_client_metadata", "the body is no JSON object");
        } catch (IllegalArgumentException e) {
            return error("invalid_redirect_uri", String.valueOf(e.getMessage()));
        }
    }

    private Answer registered(Json.Obj wanted, Tenancy tenancy) {
        var redirects = wanted.strings("redirect_uris");
        var name = wanted.string("client_name").orElse("a client without a name");
        if (redirects.isEmpty()) return error("invalid_redirect_uri", "redirect_uris is missing");
        if (redirects.size()
                != wanted.array("redirect_uris").map(all -> all.items().size()).orElse(0))
            return error("invalid_redirect_uri", "redirect_uris is a list of texts");
        var checked = new Client("new", name, redirects, "");
        var id = clients.registered(tenancy.tenant(), checked.name(), checked.redirects());
        if (id.length() > dev.writ.identity.Grant.CLIENT_CHARS_MAX)
            return error("invalid_client_metadata", "this is more than an id holds; register fewer redirect URIs");
        return Answer.json(
                        201,
                        Json.object()
                                .put("client_id", id)
                                .put("client_id_issued_at", clock.instant().getEpochSecond())
                                .put("client_name", checked.name())
                                .put("redirect_uris", checked.redirects())
                                // RFC 7591 §3.2.1: what was registered may differ from what was asked for.
                                .put("token_endpoint_auth_method", "none")
                                .put("grant_types", List.of("authorization_code", "refresh_token"))
                                .put("response_types", List.of("code"))
                                .build())
                .with("cache-control", "no-store");
    }

    private static Answer error(String code, String why) {
        return new Fault(400, code, why).answer();
    }

    private synchronized boolean tooOften(String address) {
        var now = clock.instant();
        lately.values().removeIf(count -> !now.isBefore(count.since().plus(WITHIN)));
        var before = lately.get(address);
        var count = before == null ? new Count(now, 1) : new Count(before.since(), before.times() + 1);
        // With no room to count an address, it waits like one that came too often.
        if (before == null && lately.size() >= ADDRESSES_MAX) return true;
        lately.put(address, count);
        return count.times() > OFTEN_MAX;
    }
}
