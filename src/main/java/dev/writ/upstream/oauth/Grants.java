package dev.writ.upstream.oauth;

import dev.writ.base.Secret;
import dev.writ.guard.Guard;
import dev.writ.guard.Holding;
import dev.writ.guard.Permit;
import dev.writ.guard.Terms;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** The grants by which tokens are had: a person's code, a refresh token, our own credentials, an assertion. */
final class Grants {
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";

    private final Guard guard;
    private final Discovery discovery;
    private final TokenEndpoint endpoint;
    private final Clients clients;
    private final Destinations rules;
    private final SecureRandom random;

    Grants(
            Guard guard,
            HttpClient client,
            Destinations rules,
            Proofs proofs,
            SecureRandom random,
            InstantSource clock,
            Home home) {
        this.guard = guard;
        this.discovery = new Discovery(new Documents(guard, client));
        this.endpoint = new TokenEndpoint(client, proofs, random, clock);
        this.clients = new Clients(guard.credentials(), endpoint, home);
        this.rules = rules;
        this.random = random;
    }

    /** All that is known about whom a server trusts and what we are there. */
    record Place(Permit permit, Terms access, Url url, Discovery.Found found, Addresses addresses, Client client) {
        TokenEndpoint.Asking asking(Optional<Secret> key) {
            var token = found.server().token();
            return new TokenEndpoint.Asking(
                    token, addresses.to(token), found.server().issuer(), client, key);
        }
    }

    /** @param permit in use, for a credential */
    Place place(Permit permit, Terms access, Optional<Challenge> challenge) {
        var looked = look(permit, access, challenge);
        var client = access.kind() == Terms.Kind.JWT_BEARER && access.client().isEmpty()
                ? new Client("", Optional.empty(), "none")
                : clients.client(permit, access, looked.found().server(), looked.addresses());
        return new Place(permit, access, looked.url(), looked.found(), looked.addresses(), client);
    }

    /** Who gives tokens for a server, before we are known there. */
    record Looked(Url url, Discovery.Found found, Addresses addresses) {}

    Looked look(Permit permit, Terms access, Optional<Challenge> challenge) {
        var target = permit.target().orElseThrow();
        var url = Url.parse(target.endpoint().string("url").orElse(""));
        var addresses = new Addresses(rules).registered(url.toString());
        access.issuer().ifPresent(addresses::registered);
        access.provider().ifPresent(provider -> addresses.registered(provider.tokenEndpoint()));
        var reader = new Documents.Reader(permit.attempt().caller(), target.server(), addresses);
        return new Looked(url, discovery.find(reader, url, access, challenge), addresses);
    }

    /** MCP authorization, scope selection: what was challenged, else what the server lists; more than before, never less. */
    static List<String> scopes(Place place, Optional<Challenge> challenge, List<String> before) {
        var wanted = new LinkedHashSet<String>();
        if (challenge.filter(Challenge::wantsMore).isPresent()) wanted.addAll(before);
        var challenged = challenge.map(Challenge::scopes).orElse(List.of());
        if (!place.access().scopes().isEmpty()) {
            wanted.addAll(place.access().scopes());
            if (challenge.filter(Challenge::wantsMore).isPresent()) wanted.addAll(challenged);
        } else if (!challenged.isEmpty()) wanted.addAll(challenged);
        else wanted.addAll(place.found().scopes());
        if (place.access().kind() == Terms.Kind.OAUTH
                && place.found().server().scopes().contains("offline_access")) wanted.add("offline_access");
        return wanted.stream().limit(Challenge.SCOPES_MAX).toList();
    }

    /** A key of this token's own, where the authorization server binds tokens to keys. */
    Optional<Secret> key(Place place) {
        return place.found().server().takesProofs() ? Optional.of(Jws.newKey(random)) : Optional.empty();
    }

    Holding byCode(
            Place place, String code, String verifier, String callback, Optional<Secret> key, List<String> asked) {
        var form = new Form()
                .put("grant_type", "authorization_code")
                .put("code", code)
                .put("redirect_uri", callback)
                .put("code_verifier", verifier)
                .put("resource", place.found().resource());
        return holding(place, endpoint.token(place.asking(key), form), key, asked, Optional.empty());
    }

    Holding byRefresh(Place place, Holding old) {
        var form = new Form()
                .put("grant_type", "refresh_token")
                .put("refresh_token", old.refresh().orElseThrow().reveal())
                .put("resource", old.resource());
        return holding(place, endpoint.token(place.asking(old.key()), form), old.key(), old.scopes(), old.refresh());
    }

    /** Without a person: by our own credentials, or by an assertion. */
    Holding minted(Place place, List<String> scopes) {
        var key = key(place);
        var form =
                switch (place.access().kind()) {
                    case CLIENT_CREDENTIALS -> new Form().put("grant_type", "client_credentials");
                    case JWT_BEARER -> bearer(assertion(place).reveal());
                    case EXCHANGE -> exchange(assertion(place), "jwt");
                    case ID_JAG -> bearer(identityAssertion(place, scopes));
                    case OAUTH -> throw new IllegalArgumentException("a person is needed for that");
                };
        form.put("resource", place.found().resource()).scopes(scopes);
        var given = endpoint.token(place.asking(key), form);
        return holding(place, given, key, scopes, Optional.empty());
    }

    private static Form bearer(String assertion) {
        return new Form().put("grant_type", BEARER).put("assertion", assertion);
    }

    private static Form exchange(Secret subject, String type) {
        return new Form()
                .put("grant_type", EXCHANGE)
                .put("subject_token", subject.reveal())
                .put("subject_token_type", TOKEN_TYPE + type);
    }

    /** The first leg: the company's provider turns the person's identity token into a grant for one resource there. */
    private String identityAssertion(Place place, List<String> scopes) {
        var provider = place.access().provider().orElseThrow();
        var url = Addresses.safe("the provider's token endpoint", provider.tokenEndpoint());
        var asking = new TokenEndpoint.Asking(
                url,
                place.addresses().to(url),
                provider.tokenEndpoint(),
                clients.byHand(place.permit(), provider.client(), List.of()),
                Optional.empty());
        var form = exchange(assertion(place), "id_token")
                .put("requested_token_type", TOKEN_TYPE + "id-jag")
                .put("audience", place.found().server().issuer())
                .put("resource", place.found().resource())
                .scopes(scopes);
        return endpoint.token(asking, form).access().reveal();
    }

    private Secret assertion(Place place) {
        return guard.credentials()
                .assertion(place.permit())
                .orElseThrow(() -> new OAuthError(
                        place.access().assertion().isPresent()
                                ? "the assertion is not in the vault"
                                : "nothing is there that shows the person to the server's authorization server: the"
                                        + " person signs in again"));
    }

    private static Holding holding(
            Place place,
            TokenEndpoint.Given given,
            Optional<Secret> key,
            List<String> asked,
            Optional<Secret> oldRefresh) {
        var scheme = given.scheme(key.isPresent());
        return new Holding(
                Errand.endpoint(place.permit()),
                place.found().server().issuer(),
                place.found().resource(),
                scheme,
                given.access(),
                given.expires(),
                given.refresh().or(() -> oldRefresh),
                // RFC 6749 §5.1: what is not said is what was asked for.
                given.scopes().orElse(asked),
                scheme.equals("DPoP") ? key : Optional.empty());
    }
}
