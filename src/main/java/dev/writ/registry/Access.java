package dev.writ.registry;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * How Writ comes by what a server wants to see of its callers.
 *
 * @param transaction whether each call brings a transaction token of ours, by which the server can verify us
 * @param client the client that we are at the server's authorization server, where somebody registered one for us
 * @param issuer the only authorization server that we deal with for this server; empty for the one that it names
 * @param scopes what to ask for at first; empty for what the server itself says
 * @param provider who turns a person's assertion into one for the server's authorization server ({@link Kind#ID_JAG})
 * @param assertion the vault's name of the assertion to bring; empty for the person's own
 */
public record Access(
        Kind kind,
        boolean transaction,
        Optional<Client> client,
        Optional<String> issuer,
        List<String> scopes,
        Optional<Provider> provider,
        Optional<Name> assertion) {
    public static final int SCOPES_MAX = 50;
    private static final int ADDRESS_CHARS_MAX = 2_000;
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,200}");

    /** Nothing but what the server's list of secrets says. */
    public static final Access SECRETS = new Access(
            Kind.STATIC, false, Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());

    public enum Kind {
        /** Nothing at all. */
        NONE,
        /** The secrets of the server's registration, the same for everybody or each person's own. */
        STATIC,
        /** A token of the task's person, who connects the server once (OAuth 2.1, authorization code). */
        OAUTH,
        /** A token of Writ's own, the same for everybody (RFC 6749 §4.4). */
        CLIENT_CREDENTIALS,
        /** A token for an assertion that the server's authorization server trusts (RFC 7523). */
        JWT_BEARER,
        /** A token for the person's assertion, from the server's authorization server (RFC 8693). */
        EXCHANGE,
        /** A token for an identity assertion grant that the company's provider gives for the person's (ID-JAG). */
        ID_JAG,
        /** No token but the transaction token. */
        TXN;

        /** As documents and the database write it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Kind of(String text) {
            for (var kind : values()) if (kind.text().equals(text)) return kind;
            var known = new TreeSet<String>();
            for (var kind : values()) known.add(kind.text());
            throw new IllegalArgumentException("auth.kind is one of " + String.join(", ", known));
        }

        /** Whether a token comes from an authorization server. */
        public boolean byOAuth() {
            return switch (this) {
                case NONE, STATIC, TXN -> false;
                case OAUTH, CLIENT_CREDENTIALS, JWT_BEARER, EXCHANGE, ID_JAG -> true;
            };
        }
    }

    /**
     * A client that was registered by hand.
     *
     * @param id as its authorization server knows it, or the address of our client metadata document
     * @param secret the vault's name of its secret, or of its private key (PKCS#8 in base64) for {@code private_key_jwt}
     * @param method how it authenticates at the token endpoint; empty for what the server's metadata allows
     */
    public record Client(String id, Optional<Name> secret, Optional<String> method) {
        private static final List<String> METHODS =
                List.of("none", "client_secret_basic", "client_secret_post", "private_key_jwt");

        public Client {
            plain("a client's id", id);
            if (method.isPresent() && !METHODS.contains(method.get()))
                throw new IllegalArgumentException("a client's method is one of " + String.join(", ", METHODS));
            if (method.filter(chosen -> !chosen.equals("none")).isPresent() && secret.isEmpty())
                throw new IllegalArgumentException("a client that authenticates has a secret in the vault");
        }

        Json.Obj json() {
            return Json.object()
                    .put("id", id)
                    .put("secret", secret.map(Name::text))
                    .put("method", method)
                    .build();
        }

        static Client of(Json.Obj json) {
            return new Client(
                    json.string("id").orElse(""), json.string("secret").map(Name::new), json.string("method"));
        }
    }

    /** @param tokenEndpoint the company's identity provider, and the client that we are there */
    public record Provider(String tokenEndpoint, Client client) {
        public Provider {
            plain("a provider's token endpoint", tokenEndpoint);
        }

        Json.Obj json() {
            return Json.object()
                    .put("tokenEndpoint", tokenEndpoint)
                    .put("client", client.json())
                    .build();
        }

        static Provider of(Json.Obj json) {
            return new Provider(
                    json.string("tokenEndpoint").orElse(""),
                    Client.of(json.object("client").orElse(Json.Obj.EMPTY)));
        }
    }

    public Access {
        issuer.ifPresent(text -> plain("an issuer", text));
        scopes = List.copyOf(scopes);
        if (scopes.size() > SCOPES_MAX) throw new IllegalArgumentException("more than " + SCOPES_MAX + " scopes");
        for (var scope : scopes)
            if (!SCOPE.matcher(scope).matches())
                throw new IllegalArgumentException("not a scope: " + Visible.text(scope, 60));
        if (!kind.byOAuth() && (client.isPresent() || issuer.isPresent() || !scopes.isEmpty()))
            throw new IllegalArgumentException("auth of kind " + kind.text() + " has no client, issuer or scopes");
        // Otherwise the server itself could name the one who is shown the secret.
        if (client.flatMap(Client::secret).isPresent() && issuer.isEmpty())
            throw new IllegalArgumentException("a client with a secret needs auth.issuer, whose client it is");
        if (kind == Kind.CLIENT_CREDENTIALS && client.isEmpty())
            throw new IllegalArgumentException("auth of kind client-credentials needs a client");
        if ((kind == Kind.ID_JAG) != provider.isPresent())
            throw new IllegalArgumentException("auth of kind id-jag, and no other, needs a provider");
        boolean asserts = kind == Kind.JWT_BEARER || kind == Kind.EXCHANGE || kind == Kind.ID_JAG;
        if (assertion.isPresent() && !asserts)
            throw new IllegalArgumentException("auth of kind " + kind.text() + " brings no assertion");
        if (kind == Kind.JWT_BEARER && assertion.isEmpty())
            throw new IllegalArgumentException("auth of kind jwt-bearer needs the vault's name of an assertion");
    }

    public static Access of(Kind kind) {
        return new Access(
                kind, false, Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    /** Whether each call brings a transaction token. */
    public boolean transacts() {
        return transaction || kind == Kind.TXN;
    }

    /** Whether the token is the person's, and not the same for everybody. */
    public boolean personal() {
        return kind == Kind.OAUTH || ((kind == Kind.EXCHANGE || kind == Kind.ID_JAG) && assertion.isEmpty());
    }

    private static void plain(String what, String text) {
        if (text.isBlank()
                || text.length() > ADDRESS_CHARS_MAX
                || text.codePoints().anyMatch(Visible::hidden))
            throw new IllegalArgumentException(what + " is empty, too long or has hidden characters");
    }

    public Json.Obj json() {
        var json = Json.object().put("kind", kind.text());
        if (transaction) json.put("transaction", true);
        client.ifPresent(known -> json.put("client", known.json()));
        json.put("issuer", issuer);
        if (!scopes.isEmpty()) json.put("scopes", scopes);
        provider.ifPresent(known -> json.put("provider", known.json()));
        return json.put("assertion", assertion.map(Name::text)).build();
    }

    /** Reads what {@link #json} wrote. */
    public static Access of(Json.Obj json) {
        return new Access(
                Kind.of(json.string("kind").orElse("")),
                json.bool("transaction").orElse(false),
                json.object("client").map(Client::of),
                json.string("issuer"),
                json.strings("scopes"),
                json.object("provider").map(Provider::of),
                json.string("assertion").map(Name::new));
    }
}
