package dev.writ.gateway.oauth;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** For what a token is given (RFC 6749 §1.3 and its extensions). */
enum GrantType {
    AUTHORIZATION_CODE("authorization_code"),
    REFRESH_TOKEN("refresh_token"),
    CLIENT_CREDENTIALS("client_credentials"),
    TOKEN_EXCHANGE("urn:ietf:params:oauth:grant-type:token-exchange"),
    JWT_BEARER("urn:ietf:params:oauth:grant-type:jwt-bearer");

    private final String text;

    GrantType(String text) {
        this.text = text;
    }

    static Optional<GrantType> of(String text) {
        return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
    }

    static List<String> all() {
        return Arrays.stream(values()).map(type -> type.text).toList();
    }
}
