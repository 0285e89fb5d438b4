package dev.writ.gateway.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.http.server.Request;
import dev.writ.pages.Submitted;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The parameters of a request, none of which may stand twice (RFC 6749 §3.1, §3.2). */
final class Parameters {
    private static final int VALUE_CHARS_MAX = 16 * 1024;

    private final Function<String, List<String>> values;

    private Parameters(Function<String, List<String>> values) {
        this.values = values;
    }

    static Parameters query(Request request) {
        return new Parameters(request::queries);
    }

    /** Of a query that came along in a form, with its question mark. */
    static Parameters of(String query) {
        var values = new HashMap<String, List<String>>();
        try {
            for (var pair : query.substring(query.isEmpty() ? 0 : 1).split("&")) {
                int equals = pair.indexOf('=');
                if (equals < 1) continue;
                values.computeIfAbsent(URLDecoder.decode(pair.substring(0, equals), UTF_8), _ -> new ArrayList<>(1))
                        .add(URLDecoder.decode(pair.substring(equals + 1), UTF_8));
            }
        } catch (IllegalArgumentException e) {
            throw Fault.request("the request is damaged");
        }
        return new Parameters(name -> values.getOrDefault(name, List.of()));
    }

    /** @throws Fault when the body is no form */
    static Parameters form(Request request) {
        var form = Submitted.of(request)
                .orElseThrow(() -> Fault.request("the body is a form, application/x-www-form-urlencoded"));
        return new Parameters(form::all);
    }

    Optional<String> maybe(String name) {
        var found = values.apply(name);
        if (found.size() > 1) throw Fault.request(name + " stands twice");
        // RFC 6749 §3.1: one without a value is as if it were not there.
        var value = found.stream().findFirst().filter(text -> !text.isEmpty());
        if (value.filter(text -> text.length() > VALUE_CHARS_MAX).isPresent())
            throw Fault.request(name + " is too long");
        return value;
    }

    String text(String name) {
        return maybe(name).orElseThrow(() -> Fault.request(name + " is missing"));
    }
}
