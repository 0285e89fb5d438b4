package dev.writ.http.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * Reads an event stream bit by bit (WHATWG HTML §9.2.6), stricter in two things: text that is not UTF-8 is refused
 * instead of repaired, and a block has a largest size. Pure: bytes in, events out.
 */
final class EventParser {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int RETRY_DIGITS_MAX = 9;

    private final int eventBytesMax;
    private final Queue<Event> events = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private boolean firstLine = true;
    private boolean afterCr;

    private int blockBytes;
    private final StringBuilder data = new StringBuilder();
    private boolean anyData;
    private String type = "";
    private Optional<String> id = Optional.empty();
    private Optional<Duration> retry = Optional.empty();

    EventParser(int eventBytesMax) {
        this.eventBytesMax = eventBytesMax;
    }

    void feed(byte[] bytes) {
        for (byte b : bytes) {
            boolean endsCrLf = afterCr && b == '\n';
            afterCr = b == '\r';
            if (endsCrLf) continue;
            if (b == '\r' || b == '\n') line();
            else append(b);
        }
    }

    /** The next event that is complete. What has no empty line after it when the stream ends is never one. */
    Optional<Event> poll() {
        return Optional.ofNullable(events.poll());
    }

    private void append(byte b) {
        if (++blockBytes > eventBytesMax)
            throw new ClientError(
                    ClientError.Code.TOO_LARGE, true, "an event of more than " + eventBytesMax + " bytes");
        line.write(b);
    }

    private void line() {
        int bytes = line.size();
        var text = text();
        line.reset();
        if (text.isEmpty()) {
            dispatch();
            return;
        }
        int colon = text.indexOf(':');
        if (colon == 0) {
            // A comment is none of the block's: a long-lived stream of keep-alives must not add up.
            blockBytes -= bytes;
            return;
        }
        var name = colon < 0 ? text : text.substring(0, colon);
        var value = colon < 0 ? "" : text.substring(colon + 1);
        field(name, value.startsWith(" ") ? value.substring(1) : value);
    }

    private void field(String name, String value) {
        switch (name) {
            case "data" -> {
                if (anyData) data.append('\n');
                data.append(value);
                anyData = true;
            }
            case "event" -> type = value;
            case "id" -> {
                if (value.indexOf('\0') < 0) id = Optional.of(value);
            }
            case "retry" -> {
                if (!value.isEmpty() && value.length() <= RETRY_DIGITS_MAX && isDigits(value))
                    retry = Optional.of(Duration.ofMillis(Long.parseLong(value)));
            }
            default -> {}
        }
    }

    /** A block with data is an event; one with an id or a retry time alone tells something too, with empty data. */
    private void dispatch() {
        if (anyData || id.isPresent() || retry.isPresent())
            events.add(new Event(type.isEmpty() ? "message" : type, data.toString(), id, retry));
        blockBytes = 0;
        data.setLength(0);
        anyData = false;
        type = "";
        id = Optional.empty();
        retry = Optional.empty();
    }

    private String text() {
        var bytes = line.toByteArray();
        boolean marked = firstLine && bytes.length >= 3 && java.util.Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3);
        firstLine = false;
        int from = marked ? 3 : 0;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ClientError(ClientError.Code.MALFORMED, true, "an event that is not UTF-8");
        }
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) < '0' || text.charAt(i) > '9') return false;
        return true;
    }
}
