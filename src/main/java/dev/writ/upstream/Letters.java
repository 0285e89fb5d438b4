package dev.writ.upstream;

import dev.writ.base.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes requests of the revision 2026-07-28 (basic/index, per-request protocol fields; streamable-http, headers). */
final class Letters {
    private static final Json.Obj CLIENT =
            Json.object().put("name", "writ").put("version", "0.1.0").build();

    private Letters() {}

    /**
     * @param params as they were judged; what they have in {@code _meta} under names of ours is replaced
     * @param more headers beside the standard ones
     */
    static Carrier.Letter of(
            long id, String method, Json.Obj params, Requester requester, Map<String, String> more, Showing showing) {
        var meta = new LinkedHashMap<>(
                params.object("_meta").orElse(Json.Obj.EMPTY).members());
        meta.put(Revision.PROTOCOL_VERSION, Json.of(Revision.VERSION));
        meta.put(Revision.CLIENT_INFO, CLIENT);
        meta.put(Revision.CLIENT_CAPABILITIES, requester.capabilities());
        meta.remove(Revision.LOG_LEVEL);
        requester.logLevel().ifPresent(level -> meta.put(Revision.LOG_LEVEL, Json.of(level)));
        meta.remove("progressToken");
        if (requester.progress()) meta.put("progressToken", Json.of(id));
        var message = Json.object()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("method", method)
                .put("params", params.with("_meta", new Json.Obj(meta)))
                .build();
        var headers = new LinkedHashMap<>(more);
        headers.put("mcp-protocol-version", Revision.VERSION);
        headers.put("mcp-method", method);
        switch (method) {
            case "tools/call", "prompts/get" ->
                params.string("name").ifPresent(name -> headers.put("mcp-name", HeaderText.encode(name)));
            case "resources/read" ->
                params.string("uri").ifPresent(uri -> headers.put("mcp-name", HeaderText.encode(uri)));
            default -> {}
        }
        return new Carrier.Letter(id, message, headers, showing);
    }
}
