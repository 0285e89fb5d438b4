package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Secret;
import dev.writ.guard.Action;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Fetches documents that strangers point to, client metadata and the like: over TLS, from addresses that were judged
 * after the name was resolved, following no redirect, within a few seconds and kilobytes.
 */
public final class Metadata {
    static final int DOCUMENT_BYTES_MAX = 64 << 10;
    private static final Deadlines PATIENCE =
            new Deadlines(Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(8));

    private final Guard guard;
    private final HttpClient client;
    private final Destinations destinations;
    private final boolean plain;

    /** @param plain whether documents may come without TLS: for networks that end at this machine */
    public Metadata(Guard guard, HttpClient client, Destinations destinations, boolean plain) {
        this.guard = guard;
        this.client = client;
        this.destinations = destinations;
        this.plain = plain;
    }

    /** A document, or why there is none. */
    public sealed interface Fetched {
        /** @param lasts for how long its server says it may be kept */
        record Document(Json.Obj json, Duration lasts) implements Fetched {}

        record Stopped(Refusal.Reason reason) implements Fetched {}

        record Failed(String why) implements Fetched {}
    }

    /** Fetches what a permit names, and settles it. */
    public Fetched fetch(Permit permit) {
        if (!(permit.action() instanceof Action.FetchMetadata(var address, var _)))
            throw new IllegalArgumentException("a permit for something else");
        return fetched(permit, address, call -> call, 0);
    }

    /**
     * Redeems a code where a permit says, and settles it (RFC 6749 §4.1.3).
     *
     * @param form the request's body
     * @param basic what authenticates us, as a Basic credential has it
     */
    public Fetched redeem(Permit permit, String form, Optional<Secret> basic) {
        if (!(permit.action() instanceof Action.RedeemCode(var address, var _)))
            throw new IllegalArgumentException("a permit for something else");
        var body = form.getBytes(StandardCharsets.US_ASCII);
        return fetched(
                permit,
                address,
                call -> {
                    var posting = Call.post(call.url(), "application/x-www-form-urlencoded", body);
                    return basic.map(secret -> posting.header("authorization", "Basic " + secret.reveal()))
                            .orElse(posting);
                },
                body.length);
    }

    private Fetched fetched(Permit permit, String address, UnaryOperator<Call> how, long sent) {
        if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) {
            guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, "", 0, reason.code()));
            return new Fetched.Stopped(reason);
        }
        var outcome = Outcome.without(Outcome.Status.INDETERMINATE, "", 0, "the fetch ended unexpectedly");
        try {
            var url = Url.parse(address);
            if (!url.tls() && !plain) {
                outcome = Outcome.without(Outcome.Status.NOT_SENT, url.host(), 0, "no TLS");
                return new Fetched.Failed("the address is not https");
            }
            var call = how.apply(Call.get(url))
                    .header("accept", "application/json")
                    .within(PATIENCE)
                    .to(destinations);
            try (var exchange = client.send(call)) {
                if (exchange.status() != 200) {
                    outcome = Outcome.without(Outcome.Status.ERROR, url.host(), 0, "HTTP " + exchange.status());
                    return new Fetched.Failed("it answers with HTTP " + exchange.status());
                }
                var lasts = lasts(exchange.headers().only("cache-control").orElse(""));
                var body = exchange.body(DOCUMENT_BYTES_MAX);
                outcome = Outcome.done(url.host(), sent, body);
                return new Fetched.Document(JsonReader.readObject(body), lasts);
            }
        } catch (ClientError e) {
            outcome = Outcome.without(
                    e.sent() ? Outcome.Status.ERROR : Outcome.Status.NOT_SENT,
                    "",
                    0,
                    e.code().name());
            return new Fetched.Failed(
                    e.code() == ClientError.Code.FORBIDDEN
                            ? "its address is not one that Writ asks"
                            : "it cannot be fetched");
        } catch (JsonError e) {
            return new Fetched.Failed("it is not JSON");
        } catch (IllegalArgumentException e) {
            outcome = Outcome.without(Outcome.Status.NOT_SENT, "", 0, "no URL");
            return new Fetched.Failed("its address is no URL");
        } finally {
            guard.settle(permit, outcome);
        }
    }

    /** RFC 9111 §5.2.2, as much as it takes; between a minute and a day. */
    private static Duration lasts(String control) {
        var told = Duration.ofHours(1);
        for (var directive : control.toLowerCase(Locale.ROOT).split(",")) {
            var text = directive.strip();
            if (text.equals("no-store") || text.equals("no-cache")) told = Duration.ZERO;
            if (text.matches("max-age=[0-9]{1,9}")) told = Duration.ofSeconds(Long.parseLong(text.substring(8)));
        }
        if (told.compareTo(Duration.ofMinutes(1)) < 0) return Duration.ofMinutes(1);
        return told.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1) : told;
    }
}
