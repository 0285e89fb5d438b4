package dev.writ.upstream.oauth;

import dev.writ.base.Json;
import dev.writ.base.Name;
import java.util.Optional;
import java.util.function.Supplier;

/** Where Writ is reached by people, and by the authorization servers that send them back. */
public final class Home {
    public static final String START = "/oauth/upstream/start";
    public static final String CALLBACK = "/oauth/upstream/callback";
    public static final String DOCUMENT = "/oauth/client-metadata.json";

    private final Supplier<String> base;

    /** @param base scheme, host and port, without a slash at the end; known once we listen */
    public Home(Supplier<String> base) {
        this.base = base;
    }

    /** Where a person begins to connect a server; each tenant but {@code default} has its own pages. */
    String link(Name tenant, Name server) {
        var prefix = tenant.text().equals("default") ? "" : "/t/" + tenant;
        return base.get() + prefix + START + "?server=" + server;
    }

    public String callback() {
        return base.get() + CALLBACK;
    }

    /** What that document says (RFC 7591 §2, client id metadata documents). */
    public Json.Obj metadata(String address) {
        return Clients.metadata(callback(), "none").with("client_id", Json.of(address));
    }

    /** The document by which authorization servers may know us; only one that they can fetch safely. */
    public Optional<String> document() {
        return base.get().startsWith("https://") ? Optional.of(base.get() + DOCUMENT) : Optional.empty();
    }
}
