package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.upstream.Revision;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which request is which action. A method that is not here is refused as one that does not exist. */
final class Methods {
    /** Members of {@code _meta} that identify a call on the client's side: recorded as claims, never sent on. */
    private static final Set<String> CLAIMS = Set.of(
            "claudecode/toolUseId",
            // Codex 0.169 sends these six with every call.
            "callId",
            "itemId",
            "threadId",
            "sessionId",
            "windowId",
            "x-codex-turn-metadata",
            "traceparent",
            "tracestate",
            "baggage");

    private static final String PROGRESS_TOKEN = "progressToken";
    /** Members of params by which a client of 2026-07-28 comes again (basic/patterns/mrtr). */
    static final String RESPONSES = "inputResponses";

    static final String STATE = "requestState";
    /** Members of {@code _meta} in which each request of 2026-07-28 describes itself; towards the server they are ours. */
    private static final Set<String> ENVELOPE =
            Set.of(Revision.PROTOCOL_VERSION, Revision.CLIENT_CAPABILITIES, Revision.CLIENT_INFO, Revision.LOG_LEVEL);

    private Methods() {}

    /** What a request asks for. */
    sealed interface Asked {
        /** @param progress the client's token, when it wants to hear of progress */
        record For(Action action, Map<String, String> claims, Optional<Json> progress) implements Asked {}

        record Ping() implements Asked {}

        record Wrong(int code, String why) implements Asked {}
    }

    /** In a session, of the revisions until 2025-11-25. */
    static Asked of(Name server, Message.Request request) {
        if (request.method().equals("ping")) return new Asked.Ping();
        // They would mean something to a server of the other era, and nothing here has decided what.
        if (request.params().get(RESPONSES).isPresent()
                || request.params().get(STATE).isPresent())
            return invalid("inputResponses and requestState are not of this revision");
        return asked(server, request, Map.of());
    }

    /**
     * Without a session, of 2026-07-28.
     *
     * @param request with params as {@link Rounds} has read them
     * @param itself what the client says of itself
     */
    static Asked stateless(Name server, Message.Request request, Map<String, String> itself) {
        return Revision.METHODS.contains(request.method())
                ? asked(server, request, itself)
                : new Asked.Wrong(RpcError.METHOD_NOT_FOUND, "Method not found");
    }

    private static Asked asked(Name server, Message.Request request, Map<String, String> itself) {
        var params = request.params();
        var meta = params.object("_meta").orElse(Json.Obj.EMPTY);
        if (params.get("_meta").isPresent() && params.object("_meta").isEmpty())
            return invalid("_meta must be an object");
        var progress = meta.get(PROGRESS_TOKEN);
        if (progress.isPresent() && !(progress.get() instanceof Json.Str || progress.get() instanceof Json.Num))
            return invalid("progressToken must be a string or number");
        var action = action(server, request.method(), params, payload(request, params, meta));
        return switch (action) {
            case Mapped.To(var to) -> new Asked.For(to, claims(meta, itself), progress);
            case Mapped.Wrong(var code, var why) -> new Asked.Wrong(code, why);
        };
    }

    private sealed interface Mapped {
        record To(Action action) implements Mapped {}

        record Wrong(int code, String why) implements Mapped {}
    }

    private static Mapped action(Name server, String method, Json.Obj params, Json.Obj payload) {
        return switch (method) {
            case "tools/list" -> list(server, Action.Listing.TOOLS, params, payload);
            case "prompts/list" -> list(server, Action.Listing.PROMPTS, params, payload);
            case "resources/list" -> list(server, Action.Listing.RESOURCES, params, payload);
            case "resources/templates/list" -> list(server, Action.Listing.RESOURCE_TEMPLATES, params, payload);
            case "tools/call" -> call(server, params, payload);
            case "resources/read", "resources/subscribe", "resources/unsubscribe" ->
                params.string("uri")
                        .<Mapped>map(uri -> new Mapped.To(new Action.ReadResource(server, uri, payload)))
                        .orElseGet(() -> wrong("uri must be a string"));
            case "prompts/get" ->
                params.string("name")
                        .<Mapped>map(name -> new Mapped.To(new Action.GetPrompt(server, name, payload)))
                        .orElseGet(() -> wrong("name must be a string"));
            case "completion/complete" -> complete(server, params, payload);
            case "logging/setLevel" ->
                params.string("level").isPresent()
                        ? new Mapped.To(new Action.SetLogLevel(server, payload))
                        : wrong("level must be a string");
            default -> new Mapped.Wrong(RpcError.METHOD_NOT_FOUND, "Method not found");
        };
    }

    private static Mapped list(Name server, Action.Listing listing, Json.Obj params, Json.Obj payload) {
        // Lists are answered whole, so no cursor is ever given out.
        return params.get("cursor").isPresent()
                ? wrong("Invalid cursor")
                : new Mapped.To(new Action.ListItems(server, listing, payload));
    }

    private static Mapped call(Name server, Json.Obj params, Json.Obj payload) {
        var tool = params.string("name");
        if (tool.isEmpty()) return wrong("name must be a string");
        if (params.get("arguments").isPresent() && params.object("arguments").isEmpty())
            return wrong("arguments must be an object");
        var input = params.object("arguments").orElse(Json.Obj.EMPTY);
        return new Mapped.To(new Action.CallTool(server, tool.get(), input, payload));
    }

    private static Mapped complete(Name server, Json.Obj params, Json.Obj payload) {
        var ref = params.object("ref").orElse(Json.Obj.EMPTY);
        return switch (ref.string("type").orElse("")) {
            case "ref/prompt" ->
                ref.string("name")
                        .<Mapped>map(name -> new Mapped.To(new Action.Complete(server, true, name, payload)))
                        .orElseGet(() -> wrong("ref.name must be a string"));
            case "ref/resource" ->
                ref.string("uri")
                        .<Mapped>map(uri -> new Mapped.To(new Action.Complete(server, false, uri, payload)))
                        .orElseGet(() -> wrong("ref.uri must be a string"));
            default -> wrong("ref.type must be ref/prompt or ref/resource");
        };
    }

    /** Every member of the request that we do not create ourselves (docs/decisions/0002-members-of-meta.md). */
    private static Json.Obj payload(Message.Request request, Json.Obj params, Json.Obj meta) {
        var payload = Json.object().put("method", request.method());
        if (!request.hasParams()) return payload.build();
        var kept = new LinkedHashMap<>(meta.members());
        kept.remove(PROGRESS_TOKEN);
        kept.keySet().removeAll(CLAIMS);
        kept.keySet().removeAll(ENVELOPE);
        var own = kept.isEmpty() ? params.without("_meta") : params.with("_meta", new Json.Obj(kept));
        return payload.put("params", own).build();
    }

    private static Map<String, String> claims(Json.Obj meta, Map<String, String> itself) {
        var claims = new HashMap<>(itself);
        for (var name : CLAIMS)
            meta.get(name)
                    .map(Methods::claim)
                    .filter(c -> c.length() <= Attempt.CLAIM_CHARS_MAX)
                    .ifPresent(c -> claims.put(name, c));
        return claims;
    }

    private static String claim(Json value) {
        return value instanceof Json.Str(var text) ? text : value.text();
    }

    private static Asked invalid(String why) {
        return new Asked.Wrong(RpcError.INVALID_PARAMS, why);
    }

    private static Mapped wrong(String why) {
        return new Mapped.Wrong(RpcError.INVALID_PARAMS, why);
    }
}
