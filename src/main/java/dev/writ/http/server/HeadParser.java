package dev.writ.http.server;

import dev.writ.base.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * Parses a request's head (RFC 9112 §3, §5) without any of the leniency that the specification permits: single spaces,
 * CRLF only, no folded lines, no white space before a colon, HTTP/1.1 only.
 */
final class HeadParser {
    private final String text;
    private int at;

    private HeadParser(byte[] head) {
        this.text = new String(head, StandardCharsets.ISO_8859_1);
    }

    /** @param head from the first byte to the empty line, both included */
    static Gate.Head parse(byte[] head) {
        return new HeadParser(head).head();
    }

    private Gate.Head head() {
        var line = line();
        int first = line.indexOf(' ');
        int second = line.indexOf(' ', first + 1);
        if (first < 0 || second < 0)
            throw Refused.malformed("The request line needs a method, a target and a version.");
        var method = line.substring(0, first);
        if (!Headers.isToken(method)) throw Refused.malformed("The method is not a token.");
        checkVersion(line.substring(second + 1));
        if (second - first - 1 > Limits.TARGET_BYTES_MAX)
            throw Refused.of(
                    Answer.problem(
                            414,
                            "URI Too Long",
                            "The request target may have at most " + Limits.TARGET_BYTES_MAX + " bytes."),
                    true);
        var target = Target.parse(line.substring(first + 1, second));
        var headers = headers();
        return new Gate.Head(method, target, headers, Framing.of(headers));
    }

    private static void checkVersion(String version) {
        if (version.equals("HTTP/1.1")) return;
        if (!version.matches("HTTP/[0-9]\\.[0-9]")) throw Refused.malformed("The request line has no valid version.");
        throw Refused.of(Answer.problem(505, "HTTP Version Not Supported", "Use HTTP/1.1."), true);
    }

    private Headers headers() {
        var fields = new ArrayList<Headers.Field>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            if (fields.size() == Limits.FIELDS_MAX)
                throw tooLarge("More than " + Limits.FIELDS_MAX + " header fields.");
            int colon = line.indexOf(':');
            if (colon < 0) throw Refused.malformed("A header line has no colon.");
            try {
                fields.add(new Headers.Field(line.substring(0, colon), line.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw Refused.malformed("A header field has a forbidden character.");
            }
        }
        return Headers.of(fields);
    }

    private String line() {
        int end = text.indexOf("\r\n", at);
        var line = text.substring(at, end);
        at = end + 2;
        return line;
    }

    static Refused tooLarge(String detail) {
        return Refused.of(Answer.problem(431, "Request Header Fields Too Large", detail), true);
    }
}
