package dev.writ.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Optional;

/** A text of the body as a header carries it (MCP 2026-07-28, basic/transports/streamable-http, value encoding). */
public final class HeaderText {
    private static final String PREFIX = "=?base64?";
    private static final String SUFFIX = "?=";

    private HeaderText() {}

    /** Plain where a header can carry it unchanged, else base64 between markers; never a line break. */
    public static String encode(String text) {
        return plain(text) && !marked(text)
                ? text
                : PREFIX + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)) + SUFFIX;
    }

    /** The text that a header's value stands for; empty when it stands for none. */
    public static Optional<String> decode(String value) {
        if (!visible(value)) return Optional.empty();
        if (!marked(value)) return Optional.of(value);
        var inner = value.substring(PREFIX.length(), value.length() - SUFFIX.length());
        try {
            var bytes = Base64.getDecoder().decode(inner.getBytes(ISO_8859_1));
            // The decoder forgives missing padding and stray bits; two texts for one value are one too many.
            if (!Base64.getEncoder().encodeToString(bytes).equals(inner)) return Optional.empty();
            return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean marked(String text) {
        return text.length() >= PREFIX.length() + SUFFIX.length() && text.startsWith(PREFIX) && text.endsWith(SUFFIX);
    }

    private static boolean plain(String text) {
        return visible(text) && !text.isEmpty() && !space(text.charAt(0)) && !space(text.charAt(text.length() - 1));
    }

    private static boolean visible(String text) {
        for (int i = 0; i < text.length(); i++)
            if (!space(text.charAt(i)) && (text.charAt(i) < 0x21 || text.charAt(i) > 0x7e)) return false;
        return true;
    }

    private static boolean space(char c) {
        return c == ' ' || c == '\t';
    }
}
