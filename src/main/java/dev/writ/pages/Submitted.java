package dev.writ.pages;

import dev.writ.http.server.Request;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A posted form ({@code application/x-www-form-urlencoded}), read strictly. */
public final class Submitted {
    /** What a route of pages lets in. */
    public static final int BODY_BYTES_MAX = 64 << 10;

    private static final int FIELDS_MAX = 500;

    private final Map<String, List<String>> fields;

    private Submitted(Map<String, List<String>> fields) {
        this.fields = fields;
    }

    /** The form, or nothing when the body is none. */
    public static Optional<Submitted> of(Request request) {
        var type = request.headers().only("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.equals("application/x-www-form-urlencoded") && !type.startsWith("application/x-www-form-urlencoded;"))
            return Optional.empty();
        var fields = new LinkedHashMap<String, List<String>>();
        int count = 0;
        try {
            var text = StandardCharsets.US_ASCII
                    .newDecoder()
                    .decode(ByteBuffer.wrap(request.body()))
                    .toString();
            for (var pair : text.split("&")) {
                if (pair.isEmpty()) continue;
                if (++count > FIELDS_MAX) return Optional.empty();
                int equals = pair.indexOf('=');
                var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                var value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
                fields.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
            }
        } catch (CharacterCodingException | IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.of(new Submitted(fields));
    }

    /** The only value of a field: two are as good as none. */
    public Optional<String> one(String name) {
        var values = all(name);
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    public List<String> all(String name) {
        return fields.getOrDefault(name, List.of());
    }

    private static String decoded(String raw) {
        return URLDecoder.decode(raw, StandardCharsets.UTF_8);
    }
}
