package dev.writ.demo;

import dev.writ.base.Json;
import java.util.Optional;

/** JSON-RPC 2.0 messages as MCP restricts them: ids are strings or integers, params are objects. */
final class Rpc {
    static final int PARSE_ERROR = -32700;
    static final int INVALID_REQUEST = -32600;
    static final int METHOD_NOT_FOUND = -32601;
    static final int INVALID_PARAMS = -32602;

    private Rpc() {}

    sealed interface Message {
        record Request(Json id, String method, Json.Obj params) implements Message {}

        record Notification(String method, Json.Obj params) implements Message {}

        /** An answer to something that we would have asked. */
        record Response() implements Message {}

        /** @param id what could be read of it, null otherwise (JSON-RPC 2.0 §5) */
        record Invalid(Json id, String reason) implements Message {}
    }

    static Message read(Json json) {
        if (!(json instanceof Json.Obj object)) return new Message.Invalid(Json.Null.VALUE, "a message is an object");
        var id = object.get("id").filter(Rpc::isId);
        var idOrNull = id.orElse(Json.Null.VALUE);
        if (!object.string("jsonrpc").equals(Optional.of("2.0")))
            return new Message.Invalid(idOrNull, "jsonrpc must be \"2.0\"");
        if (object.get("id").isPresent() && id.isEmpty())
            return new Message.Invalid(Json.Null.VALUE, "an id is a string or an integer");
        if (object.get("method").isEmpty()
                && (object.get("result").isPresent() || object.get("error").isPresent())) return new Message.Response();
        var method = object.string("method");
        if (method.isEmpty()) return new Message.Invalid(idOrNull, "no method");
        var params = object.get("params").orElse(Json.Obj.EMPTY);
        if (!(params instanceof Json.Obj named)) return new Message.Invalid(idOrNull, "params must be an object");
        return id.<Message>map(i -> new Message.Request(i, method.get(), named))
                .orElseGet(() -> new Message.Notification(method.get(), named));
    }

    static Json.Obj result(Json id, Json.Obj result) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("result", result)
                .build();
    }

    static Json.Obj error(Json id, int code, String message) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put(
                        "error",
                        Json.object().put("code", code).put("message", message).build())
                .build();
    }

    static Json.Obj notification(String method, Json.Obj params) {
        var notification = Json.object().put("jsonrpc", "2.0").put("method", method);
        return params.members().isEmpty()
                ? notification.build()
                : notification.put("params", params).build();
    }

    static boolean isId(Json id) {
        return switch (id) {
            case Json.Str _ -> true;
            case Json.Num number -> number.asLong().isPresent();
            case Json.Null _, Json.Bool _, Json.Arr _, Json.Obj _ -> false;
        };
    }
}
