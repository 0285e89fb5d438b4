package dev.writ.upstream.oauth;

import dev.writ.base.Headers;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a server says when it turns a credential away (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9728 §5.1, RFC 9449 §7.1). All
 * of it is the server's claim.
 *
 * @param status 401 or 403
 * @param metadata where the server's own metadata are said to be
 * @param scopes what the server wants a token to be good for
 * @param error the code, one of those that we know
 * @param nonce for the next proof of possession
 */
public record Challenge(
        int status, Optional<String> metadata, List<String> scopes, Optional<String> error, Optional<String> nonce) {
    static final int SCOPES_MAX = 50;
    private static final int CHARS_MAX = 8 << 10;
    private static final Pattern SCHEME =
            Pattern.compile("\\G\\s*,?\\s*(Bearer|DPoP)(?=\\s|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern PARAMETER = Pattern.compile(
            "\\G\\s*,?\\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]+))");
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,200}");
    private static final List<String> ERRORS =
            List.of("invalid_token", "insufficient_scope", "invalid_request", "use_dpop_nonce", "invalid_dpop_proof");

    public Challenge {
        scopes = List.copyOf(scopes);
    }

    /** Reads an answer's head; a server that says nothing has a challenge without anything in it. */
    public static Challenge of(int status, Headers headers) {
        var parameters = new HashMap<String, String>();
        for (var value : headers.all("www-authenticate"))
            if (value.length() <= CHARS_MAX) read(value).forEach(parameters::putIfAbsent);
        var scopes = scopes(parameters.getOrDefault("scope", ""));
        return new Challenge(
                status,
                Optional.ofNullable(parameters.get("resource_metadata")),
                scopes,
                Optional.ofNullable(parameters.get("error")).filter(ERRORS::contains),
                headers.only("dpop-nonce"));
    }

    /** The parameters of the schemes that we can answer. */
    private static Map<String, String> read(String value) {
        var found = new HashMap<String, String>();
        var scheme = SCHEME.matcher(value);
        int at = 0;
        while (at < value.length()) {
            if (scheme.find(at)) at = scheme.end();
            else {
                var parameter = PARAMETER.matcher(value);
                // What is neither is another scheme, and what follows may be its.
                if (!parameter.find(at)) return found;
                found.putIfAbsent(
                        parameter.group(1).toLowerCase(Locale.ROOT), text(parameter.group(2), parameter.group(3)));
                at = parameter.end();
            }
        }
        return found;
    }

    private static String text(
            @org.jspecify.annotations.Nullable String quoted, @org.jspecify.annotations.Nullable String token) {
        return quoted != null ? quoted.replaceAll("\\\\(.)", "$1") : String.valueOf(token);
    }

    /** The scopes of a list in which each is one that can be asked for; what is none is left out. */
    static List<String> scopes(String text) {
        return List.of(text.split(" ")).stream()
                .filter(scope -> SCOPE.matcher(scope).matches())
                .distinct()
                .limit(SCOPES_MAX)
                .toList();
    }

    /** Whether the server wants the same again with its nonce in the proof. */
    public boolean wantsNonce() {
        return error.filter("use_dpop_nonce"::equals).isPresent();
    }

    /** Whether the token is good, but not for this (RFC 6750 §3.1). */
    public boolean wantsMore() {
        return status == 403 && error.filter("insufficient_scope"::equals).isPresent();
    }
}
