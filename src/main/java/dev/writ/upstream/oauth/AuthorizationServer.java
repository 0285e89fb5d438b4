package dev.writ.upstream.oauth;

import dev.writ.base.Json;
import dev.writ.http.client.Url;
import java.util.List;
import java.util.Optional;

/**
 * What an authorization server says of itself (RFC 8414 §2), as far as we deal with it.
 *
 * @param issuer as its documents write it, to the letter
 * @param saysIssuer whether its answers name it (RFC 9207 §3)
 * @param registration where clients register themselves
 * @param documents whether a client may be known by the address of a document (CIMD)
 * @param methods how clients authenticate; empty when it does not say
 * @param proofs algorithms of proofs of possession that it takes
 */
record AuthorizationServer(
        String issuer,
        boolean saysIssuer,
        Url authorization,
        Url token,
        Optional<Url> registration,
        boolean documents,
        List<String> scopes,
        List<String> methods,
        List<String> proofs) {
    AuthorizationServer {
        scopes = List.copyOf(scopes);
        methods = List.copyOf(methods);
        proofs = List.copyOf(proofs);
    }

    /**
     * @param interactive whether a person will be sent there, with a code that needs PKCE
     * @throws OAuthError for a document of another issuer, and for one that we must not use
     */
    static AuthorizationServer of(String issuer, Json.Obj document, boolean interactive) {
        // RFC 8414 §3.3: identical, without any normalisation.
        if (!document.string("issuer").equals(Optional.of(issuer)))
            throw new OAuthError("the metadata of the authorization server name another issuer");
        // MCP, authorization code protection: without S256 there is no going on.
        if (interactive && !document.strings("code_challenge_methods_supported").contains("S256"))
            throw new OAuthError("the authorization server does not offer PKCE with S256");
        var token = Addresses.safe(
                "the token endpoint", document.string("token_endpoint").orElse(""));
        var authorization = document.string("authorization_endpoint")
                .map(address -> Addresses.safe("the authorization endpoint", address));
        if (interactive && authorization.isEmpty())
            throw new OAuthError("the authorization server has no authorization endpoint");
        return new AuthorizationServer(
                issuer,
                document.bool("authorization_response_iss_parameter_supported").orElse(false),
                authorization.orElse(token),
                token,
                document.string("registration_endpoint")
                        .map(address -> Addresses.safe("the registration endpoint", address)),
                document.bool("client_id_metadata_document_supported").orElse(false),
                document.strings("scopes_supported"),
                document.strings("token_endpoint_auth_methods_supported"),
                document.strings("dpop_signing_alg_values_supported"));
    }

    /** A server of 2025-03-26 without metadata: its own origin with the endpoints of that revision. */
    static AuthorizationServer without(String origin) {
        var base = Addresses.safe("the server's origin", origin);
        return new AuthorizationServer(
                origin,
                false,
                base.at("/authorize"),
                base.at("/token"),
                Optional.of(base.at("/register")),
                false,
                List.of(),
                List.of(),
                List.of());
    }

    boolean takesProofs() {
        return proofs.contains("ES256");
    }
}
