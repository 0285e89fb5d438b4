package dev.writ.upstream.oauth;

import dev.writ.base.Json;
import dev.writ.guard.Terms;
import dev.writ.http.client.Url;
import java.util.List;
import java.util.Optional;

/** Finds out whom a server trusts, and how it names itself (MCP authorization, discovery; RFC 9728, RFC 8414). */
final class Discovery {
    private static final String RESOURCE = "/.well-known/oauth-protected-resource";
    private static final String SERVER = "/.well-known/oauth-authorization-server";
    private static final String OPENID = "/.well-known/openid-configuration";

    private final Documents documents;

    Discovery(Documents documents) {
        this.documents = documents;
    }

    /**
     * @param resource how the server names itself, to the letter: what tokens are asked for
     * @param scopes what the server says that its tokens are good for
     */
    record Found(String resource, List<String> scopes, AuthorizationServer server) {}

    /**
     * @param url the server's registered address
     * @param access what its registration says
     */
    Found find(Documents.Reader reader, Url url, Terms access, Optional<Challenge> challenge) {
        boolean interactive = access.kind() == Terms.Kind.OAUTH;
        var metadata = resource(reader, url, challenge);
        if (metadata.isEmpty()) return withoutMetadata(reader, url, access, interactive);
        // RFC 9728 §3.3: a document about another resource is not to be used.
        var resource = metadata.get().string("resource").orElse("");
        if (!covers(resource, url)) throw new OAuthError("the server's metadata are about another resource");
        var named = metadata.get().strings("authorization_servers");
        if (named.isEmpty()) throw new OAuthError("the server's metadata name no authorization server");
        var issuer = access.issuer().orElse(named.getFirst());
        if (!named.contains(issuer))
            throw new OAuthError("the server no longer names the authorization server that it is registered with");
        return new Found(
                resource,
                Challenge.scopes(String.join(" ", metadata.get().strings("scopes_supported"))),
                server(reader, issuer, interactive)
                        .orElseThrow(() -> new OAuthError("the authorization server has no metadata")));
    }

    /** By the challenge, and only by it where it says; else at the path's place, then at the root's (RFC 9728 §3). */
    private Optional<Json.Obj> resource(Documents.Reader reader, Url url, Optional<Challenge> challenge) {
        var told = challenge.flatMap(Challenge::metadata);
        if (told.isPresent())
            return documents
                    .read(reader, Addresses.safe("the address of the server's metadata", told.get()))
                    .or(() -> {
                        throw new OAuthError("the server's metadata are not where it says that they are");
                    });
        var path = path(url);
        var ofPath = path.isEmpty() ? Optional.<Json.Obj>empty() : documents.read(reader, url.at(RESOURCE + path));
        return ofPath.isPresent() ? ofPath : documents.read(reader, url.at(RESOURCE));
    }

    /** MCP 2025-03-26: the server is its own authorization server, with metadata at its root or endpoints by default. */
    private Found withoutMetadata(Documents.Reader reader, Url url, Terms access, boolean interactive) {
        var origin = origin(url);
        var issuer = access.issuer().orElse(origin);
        var server = server(reader, issuer, interactive);
        if (server.isEmpty() && !issuer.equals(origin))
            throw new OAuthError("the authorization server has no metadata");
        return new Found(url.toString(), List.of(), server.orElseGet(() -> AuthorizationServer.without(origin)));
    }

    /** RFC 8414 §3.1 and OpenID Connect Discovery §4: between host and path, and for OpenID also behind the path. */
    private Optional<AuthorizationServer> server(Documents.Reader reader, String issuer, boolean interactive) {
        var url = Addresses.safe("the authorization server", issuer);
        if (url.target().indexOf('?') >= 0) throw new OAuthError("an issuer has no query");
        var path = path(url);
        var places = path.isEmpty() ? List.of(SERVER, OPENID) : List.of(SERVER + path, OPENID + path, path + OPENID);
        for (var place : places) {
            var document = documents.read(reader, url.at(place));
            if (document.isPresent()) return Optional.of(AuthorizationServer.of(issuer, document.get(), interactive));
        }
        return Optional.empty();
    }

    /** Whether a resource is the one at an address: the same origin, and the same path or one that leads to it. */
    private static boolean covers(String resource, Url url) {
        Url named;
        try {
            named = Url.parse(resource);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (!named.origin().equals(url.origin()) || named.target().indexOf('?') >= 0) return false;
        var of = path(named);
        var at = path(url);
        return of.isEmpty() || at.equals(of) || at.startsWith(of + "/");
    }

    private static String path(Url url) {
        var target = url.target();
        int query = target.indexOf('?');
        var path = query < 0 ? target : target.substring(0, query);
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static String origin(Url url) {
        return (url.tls() ? "https://" : "http://") + url.authority();
    }
}
