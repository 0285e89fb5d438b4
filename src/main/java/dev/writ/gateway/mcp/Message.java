package dev.writ.gateway.mcp;

import dev.writ.base.Json;

/** A JSON-RPC 2.0 message as MCP uses it: exactly one request, notification or response, never a batch. */
sealed interface Message {

    /** @param id a string or a number, kept as it came so that the answer carries the same */
    record Request(Json id, String method, Json.Obj params, boolean hasParams) implements Message {}

    record Notification(String method, Json.Obj params) implements Message {}

    /** The client's answer to a request of the server: {@code body} has {@code result} or {@code error}. */
    record Response(Json id, Json.Obj body) implements Message {}
}
