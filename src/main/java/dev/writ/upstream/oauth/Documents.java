package dev.writ.upstream.oauth;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads public documents about servers, each under a permit of its own. No redirect is followed, nothing large is read,
 * and nothing slow is waited for.
 */
final class Documents {
    static final int BYTES_MAX = 64 << 10;
    static final Deadlines LIMITS = new Deadlines(
            Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(20));

    private final Guard guard;
    private final HttpClient client;

    Documents(Guard guard, HttpClient client) {
        this.guard = guard;
        this.client = client;
    }

    /** For whom documents are read, about which server, and what may be dialled for it. */
    record Reader(Caller caller, Name server, Addresses addresses) {}

    /**
     * A document at an address; empty when there is none there.
     *
     * @throws OAuthError when it may not be read, or is none that can be
     */
    Optional<Json.Obj> read(Reader reader, Url url) {
        var action = new Action.FetchServerMetadata(reader.server(), url.toString());
        return switch (guard.admit(new Attempt(reader.caller(), action))) {
            case Permit permit -> {
                if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) {
                    guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, url.authority(), 0, reason.code()));
                    throw new OAuthError("metadata may not be read now");
                }
                yield settled(permit, reader, url);
            }
            case dev.writ.guard.Refusal _, dev.writ.guard.Held _ ->
                throw new OAuthError("reading the metadata of the server was refused");
        };
    }

    private Optional<Json.Obj> settled(Permit permit, Reader reader, Url url) {
        var outcome = Outcome.without(Outcome.Status.ERROR, url.authority(), 0, "no document");
        try (var exchange = answered(reader, url)) {
            if (exchange.status() >= 400 && exchange.status() < 500) {
                outcome = Outcome.without(Outcome.Status.DONE, url.authority(), 0, "nothing there");
                return Optional.empty();
            }
            if (exchange.status() != 200)
                throw new OAuthError(
                        "the metadata of " + url.authority() + " are answered with HTTP " + exchange.status());
            var body = exchange.body(BYTES_MAX);
            var document = JsonReader.readObject(body);
            outcome = Outcome.done(url.authority(), 0, body);
            return Optional.of(document);
        } catch (ClientError e) {
            outcome = Outcome.without(
                    Outcome.Status.ERROR, url.authority(), 0, e.code().name());
            throw new OAuthError(
                    e.code() == ClientError.Code.FORBIDDEN
                            ? "the metadata are said to lie at an address that may not be dialled"
                            : "the metadata of " + url.authority() + " cannot be read");
        } catch (JsonError e) {
            throw new OAuthError("the metadata of " + url.authority() + " are no JSON document");
        } finally {
            guard.settle(permit, outcome);
        }
    }

    /** Reading changes nothing, so what a kept connection lost is asked for once more, on another one. */
    private Exchange answered(Reader reader, Url url) {
        var call = Call.get(url)
                .header("accept", "application/json")
                .header("mcp-protocol-version", "2025-11-25")
                .within(LIMITS)
                .to(reader.addresses().to(url));
        try {
            return client.send(call);
        } catch (ClientError e) {
            if (e.code() != ClientError.Code.PEER_CLOSED) throw e;
            return client.send(call);
        }
    }
}
