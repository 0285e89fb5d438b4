package dev.writ.http.server;

import dev.writ.base.Headers;

/**
 * How long a request's body is (RFC 9112 §6). Both ways of saying it at once, a length twice, or a coding other than
 * {@code chunked} are refused: they are how requests are smuggled past one of two readers.
 */
sealed interface Framing {
    record None() implements Framing {}

    record Length(long bytes) implements Framing {}

    record Chunked() implements Framing {}

    static Framing of(Headers headers) {
        var codings = headers.all("transfer-encoding");
        var lengths = headers.all("content-length");
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty()) throw Refused.malformed("Content-Length and Transfer-Encoding together.");
            if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked"))
                throw Refused.malformed("A Transfer-Encoding other than chunked.");
            return new Chunked();
        }
        if (lengths.isEmpty()) return new None();
        if (lengths.size() != 1) throw Refused.malformed("More than one Content-Length.");
        long length = length(lengths.getFirst());
        return length == 0 ? new None() : new Length(length);
    }

    private static long length(String text) {
        if (text.isEmpty() || text.length() > 15) throw Refused.malformed("Content-Length is not a length.");
        for (int i = 0; i < text.length(); i++)
            if (text.charAt(i) < '0' || text.charAt(i) > '9')
                throw Refused.malformed("Content-Length is not a length.");
        return Long.parseLong(text);
    }
}
