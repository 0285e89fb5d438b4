package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a server asks of a client within a result: its form, and what the client must have declared for it. */
final class InputRequests {
    static final int KEY_CHARS_MAX = 256;
    static final int BYTES_MAX = 64 << 10;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private InputRequests() {}

    /** Whether a result is not what the revision has for it (schema, InputRequiredResult). */
    static boolean malformed(Json.Obj result) {
        var requests = result.get("inputRequests");
        var state = result.get("requestState");
        if (requests.isEmpty() && state.isEmpty()) return true;
        if (state.isPresent() && !(state.get() instanceof Json.Str)) return true;
        if (requests.isEmpty()) return false;
        return !(requests.get() instanceof Json.Obj all)
                || all.members().entrySet().stream()
                        .anyMatch(one -> one.getKey().length() > KEY_CHARS_MAX || malformedOne(one.getValue()));
    }

    private static boolean malformedOne(Json value) {
        if (!(value instanceof Json.Obj request) || request.bytes().length > BYTES_MAX) return true;
        var params = request.get("params");
        if (params.isPresent() && !(params.get() instanceof Json.Obj)) return true;
        return switch (request.string("method").orElse("")) {
            case "elicitation/create" -> !elicitation(params(request));
            case "sampling/createMessage" -> params.isEmpty();
            case "roots/list" -> false;
            default -> true;
        };
    }

    /** A form, or an address that a person can be sent to: nothing but the web, and in the clear only to this machine. */
    private static boolean elicitation(Json.Obj params) {
        return switch (mode(params)) {
            case "form" -> params.string("message").isPresent();
            case "url" ->
                params.string("message").isPresent()
                        && params.string("url").filter(InputRequests::web).isPresent();
            default -> false;
        };
    }

    private static boolean web(String text) {
        try {
            var url = new URI(text);
            var host = Optional.ofNullable(url.getHost());
            if (host.isEmpty() || url.getUserInfo() != null) return false;
            return "https".equals(url.getScheme())
                    || ("http".equals(url.getScheme())
                            && host.filter(LOOPBACK::contains).isPresent());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** What the requests need and the client did not declare, in the form of {@code requiredCapabilities}. */
    static Json.Obj undeclared(Map<String, Json> requests, Json.Obj declared) {
        var missing = new LinkedHashMap<String, Json>();
        for (var value : requests.values()) {
            var request = (Json.Obj) value;
            switch (request.string("method").orElse("")) {
                case "elicitation/create" -> {
                    var mode = mode(params(request));
                    var has = declared.object("elicitation");
                    // An empty capability is the form alone (client/elicitation, capabilities).
                    boolean fits = has.isPresent()
                            && (has.get().object(mode).isPresent()
                                    || (mode.equals("form")
                                            && has.get().members().isEmpty()));
                    if (!fits) missing.merge("elicitation", detail(mode), InputRequests::both);
                }
                case "sampling/createMessage" -> {
                    boolean tools = params(request).get("tools").isPresent();
                    var has = declared.object("sampling");
                    boolean fits = has.isPresent()
                            && (!tools || has.get().object("tools").isPresent());
                    if (!fits) missing.merge("sampling", tools ? detail("tools") : Json.Obj.EMPTY, InputRequests::both);
                }
                default -> {
                    if (declared.object("roots").isEmpty()) missing.put("roots", Json.Obj.EMPTY);
                }
            }
        }
        return new Json.Obj(missing);
    }

    private static Json detail(String name) {
        return Json.object().put(name, Json.Obj.EMPTY).build();
    }

    private static Json both(Json one, Json other) {
        var joined = new LinkedHashMap<>(((Json.Obj) one).members());
        joined.putAll(((Json.Obj) other).members());
        return new Json.Obj(joined);
    }

    private static String mode(Json.Obj params) {
        return params.get("mode").isEmpty() ? "form" : params.string("mode").orElse("");
    }

    private static Json.Obj params(Json.Obj request) {
        return request.object("params").orElse(Json.Obj.EMPTY);
    }
}
