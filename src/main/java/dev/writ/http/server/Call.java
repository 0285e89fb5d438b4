package dev.writ.http.server;

import dev.writ.base.Headers;
import dev.writ.base.Turns;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One request on its way to its answer: on a virtual thread of its own, or on the event loop. Whoever takes it first
 * answers it; its share of the server's room is given back when the handler is done.
 */
final class Call {
    private final Connection connection;
    private final Request request;
    private final Admission.Slot slot;
    private final Limits limits;

    private final AtomicBoolean taken = new AtomicBoolean();

    Call(Connection connection, Request request, Admission.Slot slot, Limits limits) {
        this.connection = connection;
        this.request = request;
        this.slot = slot;
        this.limits = limits;
    }

    /** Begins on the event loop. */
    void begin() {
        if (!(request.route().handler() instanceof Evented.OnLoop(var evented))) {
            block(request.route().handler());
            return;
        }
        step(() -> evented.begin(request, new Reply(this)));
    }

    void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            log("a handler failed", e);
            answer(failed());
        }
    }

    boolean block(Handler handler) {
        if (!take()) return false;
        connection.workOn(Thread.ofVirtual().name("http-call").start(() -> run(handler)));
        return true;
    }

    boolean answer(Answer answer) {
        if (!take()) return false;
        slot.release();
        switch (checked(answer)) {
            case Answer.Full full -> connection.deliver(full);
            case Answer.Stream _, Answer.EventStream _ ->
                connection.workOn(Thread.ofVirtual().name("http-call").start(() -> give(answer)));
        }
        return true;
    }

    Turns loop() {
        return connection.loop();
    }

    /** The client has left: an answer that never comes must not keep its room. Whoever works on a thread gives it back. */
    void abandon() {
        if (take()) slot.release();
    }

    private boolean take() {
        return taken.compareAndSet(false, true);
    }

    private void run(Handler handler) {
        Answer answer;
        try {
            answer = answered(handler);
        } finally {
            slot.release();
        }
        give(answer);
    }

    private void give(Answer answer) {
        switch (answer) {
            case Answer.Full full -> connection.deliver(full);
            case Answer.Stream(var status, var headers, var writer) -> stream(status, headers, writer);
            case Answer.EventStream events ->
                stream(events.status(), events.headers(), sink -> events.writer()
                        .accept(new EventSink(sink)));
        }
    }

    /** A handler that neither answers nor throws has failed too: the chain cannot fail open. */
    private Answer answered(Handler handler) {
        try {
            return checked(Objects.requireNonNull(handler.handle(request), "no answer"));
        } catch (RuntimeException | Error e) {
            log("a handler failed", e);
            return failed();
        }
    }

    private Answer checked(Answer answer) {
        if (answer instanceof Answer.Full || !request.method().equals("HEAD")) return answer;
        log("a handler failed", new IllegalStateException("a stream for HEAD"));
        return failed();
    }

    private static Answer.Full failed() {
        return Answer.problem(500, "Internal Error", "The request was not carried out to its end; the log says why.");
    }

    private void stream(int status, Headers headers, Consumer<Sink> writer) {
        var place = slot.stream();
        if (place.isEmpty()) {
            connection.deliver(Gate.busy(false).answer());
            return;
        }
        var sink = new Sink(connection, limits.write(), place.get());
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
