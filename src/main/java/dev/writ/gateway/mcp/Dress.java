package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.upstream.McpLink;
import dev.writ.upstream.Revision;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/** Gives an answer the form of 2026-07-28, whatever era it comes from: what the revision makes the server's is ours. */
final class Dress {
    /** Results that a client may keep (server/utilities/caching): ours are filtered for one caller, so for no time. */
    private static final Set<String> KEPT = Set.of(
            Revision.DISCOVER,
            "tools/list",
            "prompts/list",
            "resources/list",
            "resources/templates/list",
            "resources/read");

    private static final int URL_ELICITATION = -32042;

    private Dress() {}

    /** What stands for several servers. */
    static final Json.Obj JOINT = info(new Name("writ"), Optional.empty());

    /**
     * The JSON-RPC answer to a request, as a client without a session gets it.
     *
     * @param info the server that answers it
     */
    static Json.Obj answer(String method, Json.Obj params, Json.Obj info, Json.Obj answer) {
        var result = answer.object("result");
        if (result.isPresent()) return answer.with("result", result(method, info, result.get()));
        return answer.object("error")
                .map(error -> answer.with("error", error(params, error)))
                .orElse(answer);
    }

    private static Json.Obj result(String method, Json.Obj info, Json.Obj result) {
        var dressed = result.get("resultType").isPresent() ? result : result.with("resultType", Json.of("complete"));
        var complete = dressed.string("resultType").equals(Optional.of("complete"));
        dressed = dressed.without("ttlMs").without("cacheScope");
        if (complete && KEPT.contains(method))
            dressed = dressed.with("ttlMs", Json.of(0)).with("cacheScope", Json.of("private"));
        var meta = new LinkedHashMap<>(
                dressed.object("_meta").orElse(Json.Obj.EMPTY).members());
        meta.remove(Revision.SUBSCRIPTION);
        meta.put(Revision.SERVER_INFO, info);
        return dressed.with("_meta", new Json.Obj(meta));
    }

    /** The registered name: what a server calls itself is its own claim. */
    static Json.Obj info(Name server, Optional<McpLink> upstream) {
        var version =
                upstream.flatMap(link -> link.serverInfo().string("version")).orElse("");
        return Json.object()
                .put("name", server.text())
                .put("version", version.matches("[0-9A-Za-z.+-]{1,40}") ? version : "0")
                .build();
    }

    /** Codes that the revision no longer has, or keeps for itself (basic/index, error codes). */
    private static Json.Obj error(Json.Obj params, Json.Obj error) {
        long code = error.integer("code").orElse((long) RpcError.INTERNAL_ERROR);
        if (code == RpcError.RESOURCE_NOT_FOUND) return notFound(params, error);
        if (code == URL_ELICITATION)
            return error(
                    RpcError.INTERNAL_ERROR,
                    "the server asks for a visit to an address, in a form of an older revision");
        boolean reserved = code <= -32020 && code >= -32099 && code != Revision.CAPABILITY_MISSING;
        return reserved ? error.with("code", Json.of(RpcError.INTERNAL_ERROR)) : error;
    }

    private static Json.Obj notFound(Json.Obj params, Json.Obj error) {
        var data = Json.object().put("uri", params.string("uri")).build();
        return error.with("code", Json.of(RpcError.INVALID_PARAMS)).with("data", data);
    }

    private static Json.Obj error(int code, String message) {
        return Json.object().put("code", code).put("message", message).build();
    }

    /** The status that goes with an answer (basic/transports/streamable-http). A decision is always 200. */
    static int status(Json.Obj answer) {
        long code =
                answer.object("error").flatMap(error -> error.integer("code")).orElse(0L);
        if (code == RpcError.METHOD_NOT_FOUND) return 404;
        return code == Revision.CAPABILITY_MISSING ? 400 : 200;
    }
}
