package dev.writ.process;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A child's input: one thread writes, callers wait for it with a limit, for a child need not read. */
final class InputPipe {
    private static final Line LAST = new Line(new byte[0]);

    private final OutputStream out;
    private final LinkedBlockingQueue<Line> lines = new LinkedBlockingQueue<>(64);
    private volatile boolean ended;
    private volatile boolean stopped;

    private static final class Line {
        private final byte[] bytes;
        private final CompletableFuture<Boolean> written = new CompletableFuture<>();

        Line(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    InputPipe(OutputStream out) {
        this.out = out;
    }

    void write(byte[] bytes, Duration limit) {
        var line = new Line(bytes);
        try {
            if (ended) throw gone();
            if (!lines.offer(line, limit.toNanos(), TimeUnit.NANOSECONDS)) throw stalled(limit);
            // Either the pump still takes it, or it has stopped before and we see that here.
            if (stopped) refuseWaiting();
            if (!line.written.get(limit.toNanos(), TimeUnit.NANOSECONDS)) throw gone();
        } catch (TimeoutException e) {
            // It may be written in part: what follows would be read as its end.
            end();
            throw stalled(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessError(ProcessError.Code.ENDED, "interrupted while the child was not reading");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Closes the pipe after what has been handed over; nothing more is taken. */
    void end() {
        ended = true;
        // Wakes a pump that waits for a line; when the queue is full it does not wait and sees the flag.
        var _ = lines.offer(LAST);
    }

    void pump() {
        try {
            while (true) {
                var line = ended ? lines.poll() : lines.take();
                if (line == null || line == LAST) return;
                write(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
            stopped = true;
            refuseWaiting();
            Child.closeQuietly(out);
        }
    }

    private void write(Line line) {
        try {
            out.write(line.bytes);
            out.write('\n');
            out.flush();
            line.written.complete(true);
        } catch (IOException e) {
            ended = true;
            line.written.complete(false);
        }
    }

    private void refuseWaiting() {
        for (var line = lines.poll(); line != null; line = lines.poll()) line.written.complete(false);
    }

    private static ProcessError gone() {
        return new ProcessError(ProcessError.Code.ENDED, "the child takes no more input");
    }

    private static ProcessError stalled(Duration limit) {
        return new ProcessError(ProcessError.Code.STALLED, "the child has not read its input for " + limit);
    }
}
