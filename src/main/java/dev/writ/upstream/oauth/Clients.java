package dev.writ.upstream.oauth;

import dev.writ.base.Json;
import dev.writ.base.Secret;
import dev.writ.guard.Credentials;
import dev.writ.guard.Permit;
import dev.writ.guard.Terms;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what we are to an authorization server: what a person registered by hand, else the address of our client
 * metadata document, else what we registered ourselves (MCP authorization, client registration).
 */
final class Clients {
    private static final List<String> KNOWN_METHODS = List.of("none", "client_secret_basic", "client_secret_post");

    private final Credentials credentials;
    private final TokenEndpoint endpoint;
    private final Home home;

    Clients(Credentials credentials, TokenEndpoint endpoint, Home home) {
        this.credentials = credentials;
        this.endpoint = endpoint;
        this.home = home;
    }

    /** The metadata that our document and our registrations say of us (RFC 7591 §2). */
    static Json.Obj metadata(String callback, String method) {
        return Json.object()
                .put("client_name", "Writ")
                .put("redirect_uris", List.of(callback))
                .put("grant_types", List.of("authorization_code", "refresh_token"))
                .put("response_types", List.of("code"))
                .put("token_endpoint_auth_method", method)
                .put("application_type", callback.startsWith("https://") ? "web" : "native")
                .build();
    }

    Client client(Permit permit, Terms access, AuthorizationServer server, Addresses addresses) {
        var byHand = access.client().filter(client -> !isDocument(client));
        if (byHand.isPresent()) return byHand(permit, byHand.get(), server.methods());
        var document = access.client().map(Terms.Client::id).or(home::document);
        if (server.documents() && document.isPresent()) return new Client(document.get(), Optional.empty(), "none");
        if (server.registration().isEmpty())
            throw new OAuthError("the authorization server registers no clients: register one by hand, and name it in"
                    + " the server's auth.client");
        return registered(permit, server, addresses);
    }

    private static boolean isDocument(Terms.Client client) {
        return client.id().startsWith("https://") && client.secret().isEmpty();
    }

    Client byHand(Permit permit, Terms.Client client, List<String> supported) {
        var secret = client.secret().map(name -> credentials
                .secret(permit, name)
                .orElseThrow(() -> new OAuthError("the client's secret is not in the vault")));
        return new Client(
                client.id(), secret, client.method().orElseGet(() -> Client.method(secret.isPresent(), supported)));
    }

    /** What we registered before, unless it was with another address to come back to; else anew. */
    private Client registered(Permit permit, AuthorizationServer server, Addresses addresses) {
        var known = credentials.registration(permit, server.issuer()).filter(old -> old.string("callback")
                .equals(Optional.of(home.callback())));
        return read(known.orElseGet(() -> register(permit, server, addresses)));
    }

    private Json.Obj register(Permit permit, AuthorizationServer server, Addresses addresses) {
        var wanted = server.methods().isEmpty() || server.methods().contains("none")
                ? "none"
                : KNOWN_METHODS.stream()
                        .filter(server.methods()::contains)
                        .findFirst()
                        .orElseThrow(() -> new OAuthError("the authorization server takes no client of our kind"));
        var url = server.registration().orElseThrow();
        var answer = endpoint.register(url, addresses.to(url), metadata(home.callback(), wanted));
        var id = answer.string("client_id")
                .filter(text -> !text.isEmpty() && text.length() <= 2_000)
                .orElseThrow(() -> new OAuthError("the authorization server registered us without an id"));
        var secret = answer.string("client_secret").filter(text -> !text.isEmpty());
        var method = answer.string("token_endpoint_auth_method")
                .filter(KNOWN_METHODS::contains)
                .orElseGet(() -> Client.method(secret.isPresent(), server.methods()));
        var kept = Json.object()
                .put("id", id)
                .put("secret", secret)
                .put("method", method)
                .put("callback", home.callback())
                .build();
        if (!credentials.register(permit, server.issuer(), kept))
            throw new OAuthError("the registration cannot be recorded");
        return kept;
    }

    private static Client read(Json.Obj kept) {
        return new Client(
                kept.string("id").orElse(""),
                kept.string("secret").map(Secret::of),
                kept.string("method").orElse("none"));
    }
}
