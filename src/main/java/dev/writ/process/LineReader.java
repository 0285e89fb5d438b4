package dev.writ.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Cuts a child's output into lines and keeps a bounded number of them; while nobody reads, the child waits. */
final class LineReader {
    private static final long LOOK_MILLIS = 100;

    private final InputStream in;
    private final Limits limits;
    private final Runnable kill;
    private final LinkedBlockingQueue<Item> items;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private volatile boolean ended;

    private sealed interface Item {
        record Line(String text) implements Item {}

        record Bad(String reason) implements Item {}

        record End() implements Item {}
    }

    LineReader(InputStream in, Limits limits, Runnable kill) {
        this.in = in;
        this.limits = limits;
        this.kill = kill;
        this.items = new LinkedBlockingQueue<>(limits.linesMax());
    }

    Optional<String> take() {
        try {
            var item = items.take();
            // The last word stays, for every later reader.
            if (!(item instanceof Item.Line)) put(item);
            return switch (item) {
                case Item.Line(var text) -> Optional.of(text);
                case Item.End _ -> Optional.empty();
                case Item.Bad(var reason) -> throw new ProcessError(ProcessError.Code.MALFORMED, reason);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessError(ProcessError.Code.ENDED, "interrupted while waiting for a line");
        }
    }

    /** Nobody will read on: a pump that waits for room gives up. */
    void end() {
        ended = true;
    }

    void pump() {
        Child.drain(in, this::add);
        put(new Item.End());
    }

    private void add(byte[] buffer, int count) {
        for (int i = 0; i < count && !ended; i++) {
            if (buffer[i] == '\n') finish();
            else if (line.size() < limits.lineBytesMax()) line.write(buffer[i]);
            else bad("a line of more than " + limits.lineBytesMax() + " bytes");
        }
    }

    private void finish() {
        var bytes = line.toByteArray();
        line.reset();
        int size = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        try {
            put(new Item.Line(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, size)).toString()));
        } catch (CharacterCodingException e) {
            bad("a line that is not UTF-8");
        }
    }

    private void bad(String reason) {
        put(new Item.Bad(reason));
        ended = true;
        kill.run();
    }

    private void put(Item item) {
        try {
            while (!items.offer(item, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                // A reader may still come for what waits; the last word takes the place of a line that nobody will
                // read.
                if (ended) items.poll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
