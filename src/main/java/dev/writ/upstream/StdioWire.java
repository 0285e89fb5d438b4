package dev.writ.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.process.Child;
import dev.writ.process.ProcessError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A process that speaks JSON-RPC in lines (MCP basic/transports, stdio): one for each client session, ended with it. */
final class StdioWire implements Wire {
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(10);

    private final Child child;
    private final String command;
    private final Duration patience;
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private volatile Meanwhile unasked = _ -> {};
    private volatile Optional<String> ended = Optional.empty();
    private volatile boolean closed;

    private record Pending(CompletableFuture<Json.Obj> answer, Meanwhile meanwhile) {}

    /** @param patience how long an answer may take */
    StdioWire(Child child, String command, Duration patience) {
        this.child = child;
        this.command = command;
        this.patience = patience;
        Thread.ofVirtual().name("mcp-stdio").start(this::read);
    }

    @Override
    public boolean begins() {
        return false;
    }

    @Override
    public void begin(
            long id,
            byte[] message,
            Showing showing,
            Meanwhile meanwhile,
            Cancellation cancellation,
            Consumer<Coming<Json.Obj>> then) {
        then.accept(new Coming<>(true, () -> exchange(id, message, showing, meanwhile, cancellation)));
    }

    @Override
    public Json.Obj exchange(long id, byte[] message, Showing showing, Meanwhile meanwhile, Cancellation cancellation) {
        var answer = new CompletableFuture<Json.Obj>();
        pending.put(id, new Pending(answer, meanwhile));
        try (var _ = cancellation.then(
                () -> answer.completeExceptionally(new UpstreamError(true, "the call was cancelled")))) {
            if (ended.isPresent()) throw new UpstreamError(false, ended.get());
            send(message);
            return awaited(answer, meanwhile);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UpstreamError error) throw error;
            throw new UpstreamError(true, "the server's answer could not be taken", e);
        } catch (TimeoutException e) {
            throw new UpstreamError(true, "the server did not answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UpstreamError(true, "interrupted", e);
        } finally {
            pending.remove(id);
        }
    }

    /** Our patience begins anew when the server had to wait for the client. */
    private Json.Obj awaited(CompletableFuture<Json.Obj> answer, Meanwhile meanwhile)
            throws ExecutionException, TimeoutException, InterruptedException {
        while (true) {
            try {
                return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (!meanwhile.waiting()) throw e;
            }
        }
    }

    @Override
    public void send(byte[] message) {
        try {
            child.writeLine(message, WRITE_LIMIT);
        } catch (ProcessError e) {
            throw new UpstreamError(
                    e.code() == ProcessError.Code.STALLED, "the server's process takes no input: " + e.getMessage(), e);
        }
    }

    @Override
    public void ready(String protocolVersion, Meanwhile listener) {
        unasked = listener;
    }

    /** Whatever ends the reading ends the session: without a reader every call would wait in vain. */
    private void read() {
        var why = "the server's process has ended";
        try {
            for (var line = child.readLine(); line.isPresent(); line = child.readLine())
                if (!line.get().isBlank()) take(HttpWire.message(line.get().getBytes(UTF_8)));
        } catch (ProcessError | UpstreamError e) {
            // A server that writes anything but messages to its output cannot be trusted to frame the next one.
            why = "the server's process was ended: " + e.getMessage();
        } finally {
            end(why);
        }
    }

    private void take(Json.Obj message) {
        var id = message.integer("id");
        if (message.get("method").isEmpty() && id.isPresent()) {
            var waiting = pending.get(id.get());
            // An answer that nobody waits for is dropped: to a cancelled call, or unsolicited.
            if (waiting != null) waiting.answer().complete(message);
            return;
        }
        owner(message).ifPresentOrElse(owner -> owner.meanwhile().message(message), () -> unasked.message(message));
    }

    /**
     * The call that a message belongs to: progress names it by its token, which is the call's id; everything else does not
     * say, but belongs to the only call where there is only one.
     */
    private Optional<Pending> owner(Json.Obj message) {
        if (message.string("method").equals(Optional.of("notifications/progress")))
            return message.object("params")
                    .flatMap(params -> params.integer("progressToken"))
                    .flatMap(token -> Optional.ofNullable(pending.get(token)));
        var calls = List.copyOf(pending.values());
        return calls.size() == 1 ? Optional.of(calls.getFirst()) : Optional.empty();
    }

    private void end(String why) {
        ended = Optional.of(why);
        child.close();
        pending.values().forEach(waiting -> waiting.answer().completeExceptionally(new UpstreamError(true, why)));
    }

    @Override
    public String peer() {
        return command;
    }

    @Override
    public boolean lost() {
        return ended.isPresent() && !closed;
    }

    @Override
    public void close() {
        closed = true;
        child.close();
    }
}
