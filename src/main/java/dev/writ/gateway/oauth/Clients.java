package dev.writ.gateway.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.identity.Grant;
import dev.writ.upstream.Metadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who a client id is. An id that we gave carries what the client said of itself, sealed: registration keeps nothing, so
 * nobody fills a disk with it. An id that is a URL is the address of the client's own document (Client ID Metadata
 * Documents); those of well-known clients come along, for networks that reach nobody.
 */
final class Clients {
    private static final String PREFIX = "writ_client_";
    private static final int KEPT_MAX = 1_000;
    private static final Map<String, Client> PINNED = pinned();

    private final Guard guard;
    private final Metadata metadata;
    private final InstantSource clock;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    private record Kept(Client client, Instant until) {}

    Clients(Guard guard, Metadata metadata, InstantSource clock) {
        this.guard = guard;
        this.metadata = metadata;
        this.clock = clock;
    }

    /** A client, or why there is none, for people. */
    sealed interface Found {
        record Known(Client client) implements Found {}

        record Not(String why) implements Found {}
    }

    /** The id for a client that registers (RFC 7591 §3.2.1). */
    String registered(Name tenant, String name, List<String> redirects) {
        var text = Json.object().put("n", name).put("r", redirects).build().text();
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8)) + "."
                + guard.tokens().seal(tenant, text);
    }

    /** The client of an id; a document is fetched for the person who is asked to trust it. */
    Found find(Caller.OfPerson person, String id) {
        if (id.startsWith(PREFIX))
            return ours(person.tenant(), id)
                    .<Found>map(Found.Known::new)
                    .orElseGet(() -> new Found.Not("this client is not registered here"));
        var pinned = PINNED.get(id);
        if (pinned != null) return new Found.Known(pinned);
        if (!isDocument(id)) return new Found.Not("this client is not registered here");
        var known = kept.get(id);
        if (known != null && clock.instant().isBefore(known.until())) return new Found.Known(known.client());
        return fetched(person, id);
    }

    private Optional<Client> ours(Name tenant, String id) {
        int dot = id.lastIndexOf('.');
        if (dot < 0) return Optional.empty();
        try {
            var text = new String(Base64.getUrlDecoder().decode(id.substring(PREFIX.length(), dot)), UTF_8);
            if (!guard.tokens().sealed(tenant, text, id.substring(dot + 1))) return Optional.empty();
            var said = JsonReader.readObject(text.getBytes(UTF_8));
            return Optional.of(new Client(id, said.string("n").orElseThrow(), said.strings("r"), ""));
        } catch (JsonError | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** An https URL with a path, in one spelling (Client ID Metadata Documents §3). */
    private static boolean isDocument(String id) {
        try {
            var uri = new URI(id);
            var path = uri.getRawPath();
            return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null
                    && path != null
                    && path.length() > 1
                    && uri.normalize().equals(uri)
                    && id.length() <= Grant.CLIENT_CHARS_MAX;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private Found fetched(Caller.OfPerson person, String id) {
        var action = new Action.FetchMetadata(id, Json.object().put("url", id).build());
        if (!(guard.admit(new Attempt(person, action)) instanceof Permit permit))
            return new Found.Not("what this client says of itself may not be fetched now");
        return switch (metadata.fetch(permit)) {
            case Metadata.Fetched.Document(var json, var lasts) ->
                read(id, json, clock.instant().plus(lasts));
            case Metadata.Fetched.Failed(var why) -> new Found.Not("what this client says of itself: " + why);
            case Metadata.Fetched.Stopped _ -> new Found.Not("what this client says of itself may not be fetched now");
        };
    }

    private Found read(String id, Json.Obj document, Instant until) {
        if (!document.string("client_id").equals(Optional.of(id)))
            return new Found.Not("the client's document names another client");
        var method = document.string("token_endpoint_auth_method").orElse("none");
        if (!method.equals("none")) return new Found.Not("the client wants to authenticate by " + method);
        try {
            var host = URI.create(id).getHost();
            var client = new Client(
                    id, document.string("client_name").orElse(host), document.strings("redirect_uris"), host);
            if (kept.size() >= KEPT_MAX) kept.clear();
            kept.put(id, new Kept(client, until));
            return new Found.Known(client);
        } catch (IllegalArgumentException e) {
            return new Found.Not("the client's document has " + e.getMessage());
        }
    }

    private static Map<String, Client> pinned() {
        try (var in = Clients.class.getResourceAsStream("clients.json")) {
            if (in == null) throw new IllegalStateException("the jar has no clients.json");
            var all = new HashMap<String, Client>();
            var read = JsonReader.readObject(in.readAllBytes());
            read.members().forEach((id, json) -> {
                if (!(json instanceof Json.Obj document)) throw new IllegalStateException("clients.json");
                all.put(
                        id,
                        new Client(
                                id,
                                document.string("client_name").orElseThrow(),
                                document.strings("redirect_uris"),
                                URI.create(id).getHost()));
            });
            return Map.copyOf(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
