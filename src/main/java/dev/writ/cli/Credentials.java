package dev.writ.cli;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.List;

/** {@code SECRET:HEADER} as a person types it: which secret goes where. */
final class Credentials {
    private Credentials() {}

    static List<Json> of(List<String> given) {
        var credentials = new ArrayList<Json>();
        for (var text : given) {
            int colon = text.indexOf(':');
            if (colon < 1 || colon == text.length() - 1)
                throw CliError.usage(
                        "--credential needs a secret and a place", "for example --credential shop-token:Authorization");
            credentials.add(Json.object()
                    .put("secret", text.substring(0, colon))
                    .put("header", text.substring(colon + 1))
                    .build());
        }
        return credentials;
    }

    static List<String> headers(List<Json> credentials) {
        var headers = new ArrayList<String>();
        for (var credential : credentials)
            if (credential instanceof Json.Obj object) object.string("header").ifPresent(headers::add);
        return headers;
    }
}
