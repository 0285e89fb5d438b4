package dev.writ.demo;

import dev.writ.base.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The MCP methods that the shop answers, for the revisions with sessions (2025-03-26 to 2025-11-25). */
final class ShopProtocol {
    static final String NEWEST = "2025-11-25";
    static final List<String> VERSIONS = List.of("2025-03-26", "2025-06-18", NEWEST);
    private static final int STEPS = 3;

    private final ShopTools tools;
    private final int toolsPerPage;
    private final Duration pace;

    ShopProtocol(ShopTools tools, int toolsPerPage, Duration pace) {
        this.tools = tools;
        this.toolsPerPage = toolsPerPage;
        this.pace = pace;
    }

    /** The version to speak: the client's when we know it, otherwise our newest (MCP lifecycle, version negotiation). */
    static String negotiate(Json.Obj params) {
        return params.string("protocolVersion").filter(VERSIONS::contains).orElse(NEWEST);
    }

    Json.Obj initialized(Json id, String version) {
        return Rpc.result(
                id,
                Json.object()
                        .put("protocolVersion", version)
                        .put(
                                "capabilities",
                                Json.object()
                                        .put(
                                                "tools",
                                                Json.object()
                                                        .put("listChanged", true)
                                                        .build())
                                        .build())
                        .put(
                                "serverInfo",
                                Json.object()
                                        .put("name", "shop")
                                        .put("title", "Writ demo shop")
                                        .put("version", "1.0.0")
                                        .build())
                        .put("instructions", "Orders, refunds and mails of a made-up shop.")
                        .build());
    }

    Json.Obj answer(ShopSession session, Rpc.Message.Request request) {
        return switch (request.method()) {
            case "ping" -> Rpc.result(request.id(), Json.Obj.EMPTY);
            case "tools/list" -> list(request);
            case "tools/call" -> call(session, request);
            case "initialize" -> Rpc.error(request.id(), Rpc.INVALID_REQUEST, "the session is initialized already");
            default -> Rpc.error(request.id(), Rpc.METHOD_NOT_FOUND, "Method not found");
        };
    }

    void notified(ShopSession session, Rpc.Message.Notification notification) {
        if (notification.method().equals("notifications/cancelled"))
            notification.params().get("requestId").ifPresent(session::cancel);
    }

    /** The token under which the client wants to hear of progress. */
    static Optional<Json> progressToken(Rpc.Message.Request request) {
        if (!request.method().equals("tools/call")) return Optional.empty();
        return request.params()
                .object("_meta")
                .flatMap(m -> m.get("progressToken"))
                .filter(Rpc::isId);
    }

    /**
     * Carries a call out step by step and tells its progress. Until the last step it can be cancelled; then nothing has
     * happened, and no answer is due (MCP cancellation).
     */
    Optional<Json.Obj> callWithProgress(
            ShopSession session, Rpc.Message.Request request, Json token, Consumer<Json.Obj> notify) {
        var cancelled = session.begin(request.id());
        if (cancelled.isEmpty())
            return Optional.of(Rpc.error(request.id(), Rpc.INVALID_REQUEST, "a request with this id is running"));
        try {
            for (int step = 1; step <= STEPS; step++) {
                notify.accept(progress(token, step));
                if (isCancelled(cancelled.get())) return Optional.empty();
            }
            return Optional.of(answer(session, request));
        } finally {
            session.finish(request.id());
        }
    }

    private boolean isCancelled(CountDownLatch cancelled) {
        try {
            return cancelled.await(pace.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static Json.Obj progress(Json token, int step) {
        return Rpc.notification(
                "notifications/progress",
                Json.object()
                        .put("progressToken", token)
                        .put("progress", step)
                        .put("total", STEPS)
                        .build());
    }

    private Json.Obj list(Rpc.Message.Request request) {
        var cursor = request.params().get("cursor");
        var from = cursor.isEmpty()
                ? Optional.of(0)
                : request.params().string("cursor").flatMap(c -> ShopTools.offset("tools", c));
        if (from.isEmpty() || from.get() > tools.count())
            return Rpc.error(request.id(), Rpc.INVALID_PARAMS, "Invalid cursor");
        int to = from.get() + toolsPerPage;
        var page = Json.object().put("tools", new Json.Arr(tools.definitions(from.get(), toolsPerPage)));
        if (to < tools.count()) page.put("nextCursor", ShopTools.cursor("tools", to));
        return Rpc.result(request.id(), page.build());
    }

    private Json.Obj call(ShopSession session, Rpc.Message.Request request) {
        var name = request.params().string("name");
        var arguments = request.params().get("arguments").orElse(Json.Obj.EMPTY);
        if (name.isEmpty() || !(arguments instanceof Json.Obj named))
            return Rpc.error(request.id(), Rpc.INVALID_PARAMS, "tools/call needs a name and arguments");
        return switch (tools.call(name.get(), named)) {
            case ShopTools.Outcome.Done(var value) -> Rpc.result(request.id(), success(session, value));
            case ShopTools.Outcome.Failed(var reason) -> Rpc.result(request.id(), failure(reason));
            case ShopTools.Outcome.UnknownTool _ -> Rpc.error(request.id(), Rpc.INVALID_PARAMS, "Unknown tool");
            case ShopTools.Outcome.BadArguments(var reason) ->
                // Since 2025-11-25 a model is to see this and correct itself (SEP-1303).
                session.isAtLeast("2025-11-25")
                        ? Rpc.result(request.id(), failure("Invalid arguments: " + reason))
                        : Rpc.error(request.id(), Rpc.INVALID_PARAMS, "Invalid arguments: " + reason);
        };
    }

    private static Json.Obj success(ShopSession session, Json.Obj value) {
        var result = Json.object().put("content", text(value.text()));
        if (session.isAtLeast("2025-06-18")) result.put("structuredContent", value);
        return result.put("isError", false).build();
    }

    private static Json.Obj failure(String reason) {
        return Json.object().put("content", text(reason)).put("isError", true).build();
    }

    private static Json.Arr text(String text) {
        return new Json.Arr(
                List.of(Json.object().put("type", "text").put("text", text).build()));
    }
}
