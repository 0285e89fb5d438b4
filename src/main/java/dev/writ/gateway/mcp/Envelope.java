package dev.writ.gateway.mcp;

import dev.writ.base.Headers;
import dev.writ.base.Json;
import dev.writ.base.Visible;
import dev.writ.upstream.HeaderText;
import dev.writ.upstream.LogLevel;
import dev.writ.upstream.McpSession;
import dev.writ.upstream.Revision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a request of 2026-07-28 says about itself, in its {@code _meta} and once more in its headers. The body is what we
 * decide on; headers are only held against it (basic/transports/streamable-http, server validation).
 */
final class Envelope {
    static final String VERSION_HEADER = "mcp-protocol-version";
    /** What the endpoint speaks, in both eras, the newest first. */
    static final List<String> VERSIONS = versions();

    private static final int CLAIM_CHARS_MAX = 100;
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");

    private Envelope() {}

    sealed interface Checked {
        /**
         * @param capabilities what the client can be asked for, in our words
         * @param claims what it says of itself
         */
        record Good(Json.Obj capabilities, Optional<String> logLevel, Map<String, String> claims) implements Checked {}

        /** @param error the JSON-RPC error; {@code what} names the fault in records */
        record Bad(String what, Json.Obj error) implements Checked {}
    }

    /**
     * Whether a message is of the era without sessions: it says so in its {@code _meta}, or in its header, or it names a
     * version that nobody knows and no session (basic/versioning, backward compatibility).
     */
    static boolean opens(Headers headers, Message message) {
        var meta = params(message).object("_meta").orElse(Json.Obj.EMPTY);
        if (meta.get(Revision.PROTOCOL_VERSION).isPresent()
                || meta.get(Revision.CLIENT_CAPABILITIES).isPresent()) return true;
        var versions = headers.all(VERSION_HEADER);
        // An old client may name the version that it would like with its initialize.
        boolean handshake =
                message instanceof Message.Request request && request.method().equals("initialize");
        return versions.contains(Revision.VERSION)
                || (!headers.has("mcp-session-id")
                        && !handshake
                        && versions.stream().anyMatch(version -> !McpSession.VERSIONS.contains(version)));
    }

    private static Json.Obj params(Message message) {
        return switch (message) {
            case Message.Request request -> request.params();
            case Message.Notification notification -> notification.params();
            case Message.Response _ -> Json.Obj.EMPTY;
        };
    }

    static Checked of(Message.Request request, Headers headers) {
        var id = request.id();
        // Basic/index, requests: an id is a string or an integer.
        if (id instanceof Json.Num(var lexeme) && !INTEGER.matcher(lexeme).matches())
            return bad(
                    "id", RpcError.answer(Json.Null.VALUE, RpcError.INVALID_REQUEST, "id must be a string or integer"));
        var meta = request.params().object("_meta");
        var version = meta.flatMap(m -> m.string(Revision.PROTOCOL_VERSION));
        if (version.isEmpty()) return missing(id, Revision.PROTOCOL_VERSION);
        var header = headers.only(VERSION_HEADER);
        if (!header.equals(version)) return mismatch(id, "MCP-Protocol-Version", header.isPresent());
        if (!version.get().equals(Revision.VERSION)) return notServed(id, version.get());
        var capabilities = meta.get().object(Revision.CLIENT_CAPABILITIES);
        if (capabilities.isEmpty()) return missing(id, Revision.CLIENT_CAPABILITIES);
        var level = meta.get().get(Revision.LOG_LEVEL);
        var known = level.flatMap(_ -> meta.get().string(Revision.LOG_LEVEL)).filter(LogLevel.ALL::contains);
        if (level.isPresent() && known.isEmpty()) return missing(id, Revision.LOG_LEVEL);
        var info = meta.get().get(Revision.CLIENT_INFO);
        if (info.isPresent() && !(info.get() instanceof Json.Obj)) return missing(id, Revision.CLIENT_INFO);
        return mirrored(request, headers)
                .orElseGet(() -> new Checked.Good(offered(capabilities.get()), known, claims(info)));
    }

    /** {@code Mcp-Method} of every request, {@code Mcp-Name} of three. */
    private static Optional<Checked> mirrored(Message.Request request, Headers headers) {
        var method = headers.only("mcp-method");
        if (!method.equals(Optional.of(request.method())))
            return Optional.of(mismatch(request.id(), "Mcp-Method", method.isPresent()));
        var name =
                switch (request.method()) {
                    case "tools/call", "prompts/get" -> request.params().string("name");
                    case "resources/read" -> request.params().string("uri");
                    default -> Optional.<String>empty();
                };
        boolean named = Revision.ROUNDS.contains(request.method());
        var given = headers.all("mcp-name");
        if (!named || (name.isEmpty() && given.isEmpty())) return Optional.empty();
        var decoded = given.size() == 1 ? HeaderText.decode(given.getFirst()) : Optional.<String>empty();
        return decoded.isPresent() && decoded.equals(name)
                ? Optional.empty()
                : Optional.of(mismatch(request.id(), "Mcp-Name", !given.isEmpty()));
    }

    /**
     * What a client can be asked for, cut down to what we know and decide on. Extensions open methods that nobody here
     * decides on, so none is passed on (basic/versioning, extension negotiation).
     */
    static Json.Obj offered(Json.Obj declared) {
        var offered = Json.object();
        kept(declared, "elicitation", List.of("form", "url")).ifPresent(kept -> offered.put("elicitation", kept));
        kept(declared, "sampling", List.of("tools", "context")).ifPresent(kept -> offered.put("sampling", kept));
        kept(declared, "roots", List.of()).ifPresent(kept -> offered.put("roots", kept));
        return offered.build();
    }

    private static Optional<Json> kept(Json.Obj declared, String name, List<String> details) {
        return declared.object(name).map(capability -> {
            var kept = Json.object();
            for (var detail : details) if (capability.object(detail).isPresent()) kept.put(detail, Json.Obj.EMPTY);
            return kept.build();
        });
    }

    private static Map<String, String> claims(Optional<Json> info) {
        var claims = new LinkedHashMap<String, String>();
        if (info.orElse(Json.Null.VALUE) instanceof Json.Obj object)
            for (var name : List.of("name", "version"))
                object.string(name)
                        .filter(text -> text.length() <= CLAIM_CHARS_MAX)
                        .ifPresent(text -> claims.put("clientInfo." + name, text));
        return claims;
    }

    private static Checked missing(Json id, String member) {
        return bad(
                "meta",
                RpcError.answer(id, RpcError.INVALID_PARAMS, "_meta needs " + member + " as the revision has it"));
    }

    private static Checked mismatch(Json id, String header, boolean present) {
        var why = present ? " does not match the body, or is not encoded as it must be" : " is missing or given twice";
        return bad("header", RpcError.answer(id, Revision.HEADER_MISMATCH, "Header mismatch: " + header + why));
    }

    private static Checked notServed(Json id, String requested) {
        boolean older = McpSession.VERSIONS.contains(requested);
        var data = Json.object()
                .put("supported", older ? List.of(Revision.VERSION) : VERSIONS)
                .put("requested", Visible.text(requested, CLAIM_CHARS_MAX))
                .build();
        var why = older ? requested + " begins with initialize" : "Unsupported protocol version";
        return bad("version", RpcError.answer(id, Revision.VERSION_NOT_SERVED, why, data));
    }

    private static Checked bad(String what, Json.Obj error) {
        return new Checked.Bad(what, error);
    }

    private static List<String> versions() {
        var all = new ArrayList<>(McpSession.VERSIONS.reversed());
        all.addFirst(Revision.VERSION);
        return List.copyOf(all);
    }
}
