package dev.writ.http.server;

import dev.writ.base.Headers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes the heads of answers (RFC 9112 §4). Header values cannot break lines: {@link Headers.Field} sees to it. */
final class Encoder {
    private static final int COPY_BYTES_MAX = 32 << 10;
    // RFC 9110 §5.6.7: two digits for the day, which RFC_1123_DATE_TIME does not give.
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** RFC 6797 §6.1: a year. */
    private static final String ALWAYS_TLS = "strict-transport-security: max-age=31536000\r\n";

    private final InstantSource clock;
    private final boolean alwaysTls;
    private volatile Stamp stamp = new Stamp(Long.MIN_VALUE, "");

    private record Stamp(long second, String text) {}

    /** @param alwaysTls whether browsers are told to come with TLS alone from now on */
    Encoder(InstantSource clock, boolean alwaysTls) {
        this.alwaysTls = alwaysTls;
        this.clock = clock;
    }

    /** The whole answer; the body is left out for HEAD but its length told (RFC 9110 §9.3.2). */
    ByteBuf full(ByteBufAllocator buffers, Answer.Full answer, boolean close, boolean headMethod) {
        var body = headMethod ? new byte[0] : answer.body();
        boolean copy = body.length <= COPY_BYTES_MAX;
        var out = buffers.directBuffer(512 + (copy ? body.length : 0));
        head(out, answer.status(), answer.headers(), close);
        if (!Answer.bodiless(answer.status())) {
            ascii(out, "content-length: ");
            ascii(out, Integer.toString(answer.body().length));
            ascii(out, "\r\n");
        }
        ascii(out, "\r\n");
        return copy ? out.writeBytes(body) : Unpooled.wrappedBuffer(out, Unpooled.wrappedBuffer(body));
    }

    ByteBuf streamHead(ByteBufAllocator buffers, int status, Headers headers, boolean close) {
        var out = buffers.directBuffer(512);
        head(out, status, headers, close);
        ascii(out, "transfer-encoding: chunked\r\n\r\n");
        return out;
    }

    private void head(ByteBuf out, int status, Headers headers, boolean close) {
        ascii(out, "HTTP/1.1 ");
        ascii(out, Integer.toString(status));
        ascii(out, " ");
        ascii(out, HttpResponseStatus.valueOf(status).reasonPhrase());
        ascii(out, "\r\n");
        for (var field : headers) {
            ascii(out, field.name());
            ascii(out, ": ");
            ascii(out, field.value());
            ascii(out, "\r\n");
        }
        if (alwaysTls && headers.first("content-type").orElse("").startsWith("text/html")) ascii(out, ALWAYS_TLS);
        ascii(out, "date: ");
        ascii(out, date());
        ascii(out, close ? "\r\nconnection: close\r\n" : "\r\n");
    }

    private String date() {
        var now = clock.instant();
        var known = stamp;
        if (known.second != now.getEpochSecond()) {
            known = new Stamp(now.getEpochSecond(), DATE.format(now));
            stamp = known;
        }
        return known.text;
    }

    private static void ascii(ByteBuf out, String text) {
        // ISO-8859-1 in truth: one byte for each character, which the field's check has bounded to U+00FF.
        if (isAscii(text)) ByteBufUtil.writeAscii(out, text);
        else out.writeCharSequence(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) > 0x7f) return false;
        return true;
    }
}
