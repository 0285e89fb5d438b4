package dev.writ.admin.provisioning;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Company;
import dev.writ.guard.control.Provisioning;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** {@code POST /ssf/events}: security event tokens by push (RFC 8935). The token's signature is what counts. */
public final class EventsEndpoint {
    private static final int BODY_BYTES_MAX = 32 << 10;

    private final Provisioning provisioning;
    private final Company.Web web;
    private final Name home;

    public EventsEndpoint(Provisioning provisioning, Company.Web web, Name home) {
        this.provisioning = provisioning;
        this.web = web;
        this.home = home;
    }

    public List<Route> routes() {
        return List.of(
                new Route("POST", "/ssf/events", BODY_BYTES_MAX, "provider", request -> heard(request, home)),
                new Route("POST", "/t/{tenant}/ssf/events", BODY_BYTES_MAX, "provider", this::elsewhere));
    }

    private Answer elsewhere(Request request) {
        try {
            return heard(request, new Name(request.parameter("tenant")));
        } catch (IllegalArgumentException e) {
            return bad("invalid_issuer", "this issuer is not trusted here");
        }
    }

    private Answer heard(Request request, Name tenant) {
        var type = request.headers().only("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.equals("application/secevent+jwt"))
            return bad("invalid_request", "the body is application/secevent+jwt");
        var token = new String(request.body(), StandardCharsets.US_ASCII).strip();
        return switch (provisioning.event(web, tenant, token)) {
            case Provisioning.Event.Taken _ -> Answer.empty(202).with("cache-control", "no-store");
            case Provisioning.Event.Bad(var code, var why) -> bad(code, why);
        };
    }

    /** RFC 8935 §2.3. */
    private static Answer bad(String code, String why) {
        return Answer.json(
                        400,
                        Json.object().put("err", code).put("description", why).build())
                .with("cache-control", "no-store");
    }
}
