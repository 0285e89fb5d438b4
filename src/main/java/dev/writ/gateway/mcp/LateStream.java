package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.NeverWaits;
import dev.writ.http.server.Answer;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.Request;
import dev.writ.http.server.ServerError;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Incoming;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

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

    private LateStream(Cancellation cancellation) {
        this.cancellation = cancellation;
    }

    /** @param work answers, and says before what there is to say; runs on a thread of its own */
    static Answer answer(Request http, Cancellation cancellation, Function<Incoming, Json.Obj> work) {
        http.onGone(cancellation::cancel);
        var stream = new LateStream(cancellation);
        Thread.ofVirtual().name("mcp-answer").start(() -> stream.run(work));
        return switch (stream.next()) {
            case Piece.Over over -> whole(over);
            case Piece.Said first -> new Answer.EventStream(sink -> stream.told(first, sink));
        };
    }

    private void run(Function<Incoming, Json.Obj> work) {
        var answer = Optional.<Json.Obj>empty();
        try {
            answer = Optional.of(work.apply(this::said));
        } finally {
            pieces.add(new Piece.Over(answer));
        }
    }

    /** What a client does not take in time is left out: progress is no promise. */
    private void said(String method, Json.Obj params) {
        if (pieces.size() >= SAID_MAX) return;
        var notification = Json.object()
                .put("jsonrpc", "2.0")
                .put("method", method)
                .put("params", params)
                .build();
        pieces.add(new Piece.Said(notification.text()));
    }

    private static Answer whole(Piece.Over over) {
        var answer = over.answer().orElseThrow(() -> new IllegalStateException("the call failed"));
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
