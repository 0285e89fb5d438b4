package dev.writ.http.client;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;

/** Netty's decoder with everything switched to strict, and what it would repair refused. */
final class AnswerDecoder extends HttpResponseDecoder {
    static final int LINE_BYTES_MAX = 8 << 10;
    static final int HEAD_BYTES_MAX = 32 << 10;
    private static final int CHUNK_BYTES_MAX = 16 << 10;

    private boolean bodiless;

    AnswerDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(LINE_BYTES_MAX)
                .setMaxHeaderSize(HEAD_BYTES_MAX)
                .setMaxChunkSize(CHUNK_BYTES_MAX)
                .setStrictLineParsing(true)
                .setAllowDuplicateContentLengths(false));
    }

    /** Tells what the next answer is to: one to HEAD has a length but no body (RFC 9112 §6.3). */
    void expect(String method) {
        bodiless = method.equals("HEAD");
    }

    /** Whether bytes have come that belong to no answer read so far. */
    boolean hasMore() {
        return actualReadableBytes() > 0;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return bodiless || super.isContentAlwaysEmpty(message);
    }

    /** RFC 9112 §6.3: both at once may be an attempt to smuggle an answer; Netty would drop the length and go on. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("Content-Length and Transfer-Encoding together");
    }
}
