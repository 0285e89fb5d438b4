package dev.writ.gateway.oauth;

import dev.writ.base.Json;
import dev.writ.guard.Minted;
import dev.writ.http.server.Answer;

/** An error of a protocol message, for machines (RFC 6749 §5.2). */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    Fault(int status, String code, String why) {
        super(why, null, false, false);
        this.status = status;
        this.code = code;
    }

    static Fault request(String why) {
        return new Fault(400, "invalid_request", why);
    }

    static Fault client(String why) {
        return new Fault(401, "invalid_client", why);
    }

    static Fault of(Minted.No no) {
        return new Fault(
                switch (no.error()) {
                    case INVALID_CLIENT -> 401;
                    case TEMPORARILY_UNAVAILABLE -> 503;
                    default -> 400;
                },
                no.error().code(),
                no.why());
    }

    String code() {
        return code;
    }

    String why() {
        return String.valueOf(getMessage());
    }

    Answer.Full answer() {
        var answer = Answer.json(
                        status,
                        Json.object()
                                .put("error", code)
                                .put("error_description", ascii(why()))
                                .build())
                .with("cache-control", "no-store");
        return status == 503 ? answer.with("retry-after", "5") : answer;
    }

    /** RFC 6749 §5.2: printable ASCII without quotation marks and backslashes. */
    static String ascii(String text) {
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length() && i < 300; i++) {
            char c = text.charAt(i);
            out.append(c < ' ' || c > '~' || c == '"' || c == '\\' ? '?' : c);
        }
        return out.toString();
    }
}
