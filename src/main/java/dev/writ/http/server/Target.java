package dev.writ.http.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request target in origin form (RFC 9112 §3.2.1). Whatever another reader could take for another path is refused:
 * absolute and authority forms, empty and dot segments, encoded slashes, backslashes, dots, percent signs and controls.
 */
record Target(String raw, String path, List<String> segments, Map<String, List<String>> query) {
    private static final int PARAMETERS_MAX = 100;
    private static final String PATH_MARKS = "-._~!$&'()*+,;=:@/%";

    static Target parse(String raw) {
        if (!raw.startsWith("/")) throw Refused.malformed("The request target must be a path.");
        int question = raw.indexOf('?');
        var path = question < 0 ? raw : raw.substring(0, question);
        return new Target(raw, path, segments(path), question < 0 ? Map.of() : query(raw.substring(question + 1)));
    }

    private static List<String> segments(String path) {
        for (int i = 0; i < path.length(); i++)
            if (!isPathCharacter(path.charAt(i)))
                throw Refused.malformed("The path has a character that must be encoded.");
        if (path.equals("/")) return List.of();
        var segments = new ArrayList<String>();
        int from = 1;
        while (true) {
            int slash = path.indexOf('/', from);
            segments.add(segment(path.substring(from, slash < 0 ? path.length() : slash), slash < 0));
            if (slash < 0) return segments;
            from = slash + 1;
        }
    }

    private static String segment(String raw, boolean last) {
        if (raw.isEmpty() && !last) throw Refused.malformed("The path has an empty segment.");
        if (raw.equals(".") || raw.equals("..")) throw Refused.malformed("The path has a dot segment.");
        if (raw.indexOf('%') < 0) return raw;
        var decoded = decode(raw, false);
        for (int i = 0; i < raw.length(); i++)
            if (raw.charAt(i) == '%' && isForbiddenEncoded(hex(raw, i + 1)))
                throw Refused.malformed("The path has an encoded character that changes its meaning.");
        return decoded;
    }

    private static boolean isForbiddenEncoded(int octet) {
        return octet < 0x20 || octet == 0x7f || octet == '/' || octet == '\\' || octet == '.' || octet == '%';
    }

    private static Map<String, List<String>> query(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c <= ' ' || c > '~' || c == '#')
                throw Refused.malformed("The query has a character that must be encoded.");
        }
        var query = new LinkedHashMap<String, List<String>>();
        int count = 0;
        for (var pair : raw.split("&")) {
            if (pair.isEmpty()) continue;
            if (++count > PARAMETERS_MAX) throw Refused.malformed("More than " + PARAMETERS_MAX + " query parameters.");
            int equals = pair.indexOf('=');
            var name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
            var value = equals < 0 ? "" : decode(pair.substring(equals + 1), true);
            query.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
        }
        return query;
    }

    private static String decode(String raw, boolean plusIsSpace) {
        var octets = new byte[raw.length()];
        int size = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int octet = hex(raw, i + 1);
                if (octet == 0) throw Refused.malformed("The target has an encoded NUL.");
                octets[size++] = (byte) octet;
                i += 2;
            } else {
                octets[size++] = (byte) (c == '+' && plusIsSpace ? ' ' : c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets, 0, size))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refused.malformed("The target does not decode to UTF-8.");
        }
    }

    private static int hex(String raw, int at) {
        int high = at + 1 < raw.length() ? Character.digit(raw.charAt(at), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(raw.charAt(at + 1), 16);
        if (low < 0) throw Refused.malformed("The target has a percent sign without two hexadecimal digits.");
        return high * 16 + low;
    }

    private static boolean isPathCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || PATH_MARKS.indexOf(c) >= 0;
    }
}
