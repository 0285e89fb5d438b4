package dev.writ.gateway.mcp;

import dev.writ.base.Json;

/** JSON-RPC 2.0 §5.1 error codes, and the answers we write ourselves. */
final class RpcError {
    static final int PARSE_ERROR = -32700;
    static final int INVALID_REQUEST = -32600;
    static final int METHOD_NOT_FOUND = -32601;
    static final int INVALID_PARAMS = -32602;
    static final int INTERNAL_ERROR = -32603;
    /** A resource that does not exist (MCP 2025-11-25, server/resources, error handling). */
    static final int RESOURCE_NOT_FOUND = -32002;

    /** A person must open a URL first (MCP 2025-11-25, client/elicitation, URL mode). */
    static final int URL_ELICITATION_REQUIRED = -32042;

    private RpcError() {}

    static Json.Obj answer(Json id, int code, String message) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put(
                        "error",
                        Json.object().put("code", code).put("message", message).build())
                .build();
    }

    static Json.Obj answer(Json id, int code, String message, Json.Obj data) {
        var error = Json.object()
                .put("code", code)
                .put("message", message)
                .put("data", data)
                .build();
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("error", error)
                .build();
    }

    static Json.Obj result(Json id, Json result) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("result", result)
                .build();
    }
}
