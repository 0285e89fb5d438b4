package dev.writ.guard;

import dev.writ.base.Name;
import dev.writ.registry.Access;
import java.util.List;
import java.util.Optional;

/**
 * On which terms a server's authorization server gives tokens, as the server's registration has it.
 *
 * @param client the client that we are there, where somebody registered one
 * @param issuer the only authorization server that is dealt with; empty for the one that the server names
 * @param scopes what to ask for at first; empty for what the server itself says
 * @param provider who turns a person's assertion into one for the authorization server
 * @param assertion the vault's name of the assertion to bring; empty for the person's own
 */
public record Terms(
        Kind kind,
        Optional<Client> client,
        Optional<String> issuer,
        List<String> scopes,
        Optional<Provider> provider,
        Optional<Name> assertion) {
    public Terms {
        scopes = List.copyOf(scopes);
    }

    /** As {@link Access.Kind}, where a token comes from an authorization server. */
    public enum Kind {
        OAUTH,
        CLIENT_CREDENTIALS,
        JWT_BEARER,
        EXCHANGE,
        ID_JAG
    }

    /** @param secret the vault's name of its secret or private key */
    public record Client(String id, Optional<Name> secret, Optional<String> method) {
        private static Client of(Access.Client client) {
            return new Client(client.id(), client.secret(), client.method());
        }
    }

    public record Provider(String tokenEndpoint, Client client) {}

    static Terms of(Access access) {
        return new Terms(
                Kind.valueOf(access.kind().name()),
                access.client().map(Client::of),
                access.issuer(),
                access.scopes(),
                access.provider().map(provider -> new Provider(provider.tokenEndpoint(), Client.of(provider.client()))),
                access.assertion());
    }
}
