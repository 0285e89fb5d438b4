package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.upstream.Revision;
import java.util.Locale;
import java.util.Set;

/**
 * Reads a message strictly. A member that differs from a known one only in case, or by characters that fold to it, is
 * refused: a lenient peer behind us would read it as the known one (CVE-2026-27896).
 */
final class MessageReader {
    static final int METHOD_CHARS_MAX = 128;
    static final int ID_CHARS_MAX = 256;
    private static final Set<String> ENVELOPE = Set.of("jsonrpc", "id", "method", "params", "result", "error");
    private static final Set<String> PARAMS = Set.of(
            "name",
            "arguments",
            "uri",
            "cursor",
            "_meta",
            "ref",
            "argument",
            "context",
            "level",
            "protocolversion",
            "capabilities",
            "clientinfo",
            "inputresponses",
            "requeststate",
            "notifications");
    /** Members of {@code _meta} that say which era a message is of, in lower case. */
    private static final Set<String> META = Set.of(
            "io.modelcontextprotocol/protocolversion",
            "io.modelcontextprotocol/clientcapabilities",
            "io.modelcontextprotocol/clientinfo",
            "io.modelcontextprotocol/loglevel",
            "progresstoken");

    private MessageReader() {}

    /** @throws Malformed with the JSON-RPC code that the answer carries */
    static Message read(byte[] body) {
        Json value;
        try {
            value = JsonReader.read(body);
        } catch (JsonError e) {
            throw new Malformed(RpcError.PARSE_ERROR, "invalid JSON at byte " + e.offset() + ": " + e.reason());
        }
        if (value instanceof Json.Arr)
            throw new Malformed(RpcError.INVALID_REQUEST, "batches are not accepted: send one message a request");
        if (!(value instanceof Json.Obj message))
            throw new Malformed(RpcError.INVALID_REQUEST, "a message is a JSON object");
        checkNames(message, ENVELOPE);
        for (var name : message.members().keySet())
            if (!ENVELOPE.contains(name))
                throw new Malformed(RpcError.INVALID_REQUEST, "a message has an unknown member");
        if (!message.string("jsonrpc").equals(java.util.Optional.of("2.0")))
            throw new Malformed(RpcError.INVALID_REQUEST, "jsonrpc must be \"2.0\"");
        return message.get("method").isPresent() ? call(message) : response(message);
    }

    private static Message call(Json.Obj message) {
        var method = message.string("method")
                .orElseThrow(() -> new Malformed(RpcError.INVALID_REQUEST, "method must be a string"));
        if (method.isEmpty() || method.length() > METHOD_CHARS_MAX)
            throw new Malformed(RpcError.INVALID_REQUEST, "method has 1 to " + METHOD_CHARS_MAX + " characters");
        if (message.get("result").isPresent() || message.get("error").isPresent())
            throw new Malformed(RpcError.INVALID_REQUEST, "a message with a method has no result or error");
        var params = params(message);
        if (message.get("id").isEmpty()) return new Message.Notification(method, params);
        return new Message.Request(
                id(message), method, params, message.get("params").isPresent());
    }

    private static Message response(Json.Obj message) {
        boolean result = message.get("result").isPresent();
        boolean error = message.get("error").isPresent();
        if (result == error || message.get("params").isPresent())
            throw new Malformed(RpcError.INVALID_REQUEST, "a message has a method, a result or an error");
        return new Message.Response(id(message), message.without("jsonrpc").without("id"));
    }

    private static Json.Obj params(Json.Obj message) {
        var params = message.get("params");
        if (params.isEmpty()) return Json.Obj.EMPTY;
        if (!(params.get() instanceof Json.Obj object))
            throw new Malformed(RpcError.INVALID_PARAMS, "params must be an object");
        checkNames(object, PARAMS);
        checkNames(object.object("_meta").orElse(Json.Obj.EMPTY), META);
        return object;
    }

    private static Json id(Json.Obj message) {
        return switch (message.get("id").orElse(Json.Null.VALUE)) {
            case Json.Str text when text.value().length() <= ID_CHARS_MAX -> text;
            case Json.Num number when number.lexeme().length() <= ID_CHARS_MAX -> number;
            default ->
                throw new Malformed(
                        RpcError.INVALID_REQUEST,
                        "id must be a string or number of at most " + ID_CHARS_MAX + " characters");
        };
    }

    private static void checkNames(Json.Obj object, Set<String> known) {
        for (var name : object.members().keySet()) {
            // Upper case first: ſ and the Kelvin sign fold to s and k only that way.
            var folded = name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
            if (known.contains(folded) && !known(folded).equals(name))
                throw new Malformed(
                        RpcError.INVALID_REQUEST, "a member's name differs from '" + known(folded) + "' only in case");
        }
    }

    private static String known(String folded) {
        return switch (folded) {
            case "protocolversion" -> "protocolVersion";
            case "clientinfo" -> "clientInfo";
            case "inputresponses" -> "inputResponses";
            case "requeststate" -> "requestState";
            case "progresstoken" -> "progressToken";
            case "io.modelcontextprotocol/protocolversion" -> Revision.PROTOCOL_VERSION;
            case "io.modelcontextprotocol/clientcapabilities" -> Revision.CLIENT_CAPABILITIES;
            case "io.modelcontextprotocol/clientinfo" -> Revision.CLIENT_INFO;
            case "io.modelcontextprotocol/loglevel" -> Revision.LOG_LEVEL;
            default -> folded;
        };
    }

    /** A message that is not MCP; the code is the one of its JSON-RPC error. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int code;
        private final String reason;

        Malformed(int code, String reason) {
            super(reason);
            this.reason = reason;
            this.code = code;
        }

        String reason() {
            return reason;
        }

        int code() {
            return code;
        }
    }
}
