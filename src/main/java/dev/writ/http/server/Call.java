package dev.writ.http.server;

import dev.writ.base.Headers;
import java.util.Objects;
import java.util.function.Consumer;

/** One request on its virtual thread: the handler, then its answer or its stream. */
final class Call implements Runnable {
    private final Connection connection;
    private final Request request;
    private final Admission.Slot slot;
    private final Limits limits;

    Call(Connection connection, Request request, Admission.Slot slot, Limits limits) {
        this.connection = connection;
        this.request = request;
        this.slot = slot;
        this.limits = limits;
    }

    @Override
    public void run() {
        Answer answer;
        try {
            answer = answer();
        } finally {
            slot.release();
        }
        switch (answer) {
            case Answer.Full full -> connection.deliver(full);
            case Answer.Stream(var status, var headers, var writer) -> stream(status, headers, writer);
            case Answer.EventStream events ->
                stream(events.status(), events.headers(), sink -> events.writer()
                        .accept(new EventSink(sink)));
        }
    }

    /** A handler that neither answers nor throws has failed too: the chain cannot fail open. */
    private Answer answer() {
        try {
            var answer = Objects.requireNonNull(request.route().handler().handle(request), "no answer");
            if (request.method().equals("HEAD") && !(answer instanceof Answer.Full))
                throw new IllegalStateException("a stream for HEAD");
            return answer;
        } catch (RuntimeException | Error e) {
            log("a handler failed", e);
            return Answer.problem(
                    500, "Internal Error", "The request was not carried out to its end; the log says why.");
        }
    }

    private void stream(int status, Headers headers, Consumer<Sink> writer) {
        var sink = new Sink(connection, limits.write());
        connection.open(sink, status, headers);
        try {
            writer.accept(sink);
        } catch (ServerError over) {
            sink.abort();
        } catch (RuntimeException | Error e) {
            sink.abort();
            log("a stream's writer failed", e);
        }
    }

    private void log(String what, Throwable cause) {
        HttpServer.LOG.log(
                System.Logger.Level.ERROR,
                what + " for " + request.route().method() + " "
                        + request.route().pattern(),
                cause);
    }
}
