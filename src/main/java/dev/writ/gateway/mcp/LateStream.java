package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.NeverWaits;
import dev.writ.http.server.Answer;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.Reply;
import dev.writ.http.server.Request;
import dev.writ.http.server.ServerError;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Coming;
import dev.writ.upstream.Incoming;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers with one JSON object, under the status that goes with it, unless there is something to say before: then with a
 * stream (MCP 2026-07-28, basic/transports/streamable-http, receiving messages). The client's leaving cancels.
 */
final class LateStream {
    static final int SAID_MAX = 1_000;

    private sealed interface Piece {
        record Said(String text) implements Piece {}

        /** @param answer empty when there is none: what was asked for has failed */
        record Over(Optional<Json.Obj> answer) implements Piece {}
    }

    private final LinkedBlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final Cancellation cancellation;

    LateStream(Cancellation cancellation) {
        this.cancellation = cancellation;
    }

    /** @param work answers, and says before what there is to say; runs on a thread of its own */
    static Answer answer(Request http, Cancellation cancellation, Function<Incoming, Json.Obj> work) {
        http.onGone(cancellation::cancel);
        var stream = new LateStream(cancellation);
        return stream.answer(() -> work.apply(stream::said));
    }

    /**
     * Answers what was begun on an event loop: there, or on a thread where that takes one, for a client that is still
     * there or not.
     */
    void come(Coming<Json.Obj> coming, Reply reply) {
        if (!coming.waits()) reply.send(whole(coming.take()));
        else if (!reply.block(_ -> answer(coming::take)))
            Thread.ofVirtual().name("mcp-answer").start(coming::take);
    }

    private Answer answer(Supplier<Json.Obj> work) {
        Thread.ofVirtual().name("mcp-answer").start(() -> run(work));
        return switch (next()) {
            case Piece.Over(var answer) ->
                whole(answer.orElseThrow(() -> new IllegalStateException("the call failed")));
            case Piece.Said first -> new Answer.EventStream(sink -> told(first, sink));
        };
    }

    private void run(Supplier<Json.Obj> work) {
        var answer = Optional.<Json.Obj>empty();
        try {
            answer = Optional.of(work.get());
        } finally {
            pieces.add(new Piece.Over(answer));
        }
    }

    /** What a client does not take in time is left out: progress is no promise. */
    void said(String method, Json.Obj params) {
        if (pieces.size() >= SAID_MAX) return;
        var notification = Json.object()
                .put("jsonrpc", "2.0")
                .put("method", method)
                .put("params", params)
                .build();
        pieces.add(new Piece.Said(notification.text()));
    }

    private static Answer whole(Json.Obj answer) {
        return Answer.json(Dress.status(answer), answer);
    }

    private void told(Piece.Said first, EventSink sink) {
        sink.onClose(cancellation::cancel);
        try {
            Piece piece = first;
            while (piece instanceof Piece.Said(var text)) {
                say(sink, text);
                piece = next();
            }
            if (piece instanceof Piece.Over(var answer)) answer.ifPresent(last -> say(sink, last.text()));
        } finally {
            sink.close();
        }
    }

    /** A client that has left must not stop the call that ends because of it. */
    private static void say(EventSink sink, String text) {
        try {
            sink.send(text);
        } catch (ServerError e) {
            // The stream is over, and whoever waits for its end hears of it.
        }
    }

    private Piece next() {
        NeverWaits.refuse("an answer");
        try {
            return pieces.take();
        } catch (InterruptedException e) {
            cancellation.cancel();
            Thread.currentThread().interrupt();
            return new Piece.Over(Optional.empty());
        }
    }
}
