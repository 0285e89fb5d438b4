package dev.writ.upstream.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Parameters in the order in which they were put, as queries and forms write them. */
final class Form {
    private final Map<String, String> parameters = new LinkedHashMap<>();

    Form put(String name, String value) {
        parameters.put(name, value);
        return this;
    }

    Form put(String name, Optional<String> value) {
        value.ifPresent(present -> put(name, present));
        return this;
    }

    Form scopes(List<String> scopes) {
        return scopes.isEmpty() ? this : put("scope", String.join(" ", scopes));
    }

    String text() {
        return parameters.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
    }

    byte[] bytes() {
        return text().getBytes(UTF_8);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
