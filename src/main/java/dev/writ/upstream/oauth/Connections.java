package dev.writ.upstream.oauth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.guard.Caller;
import dev.writ.guard.Credentials;
import dev.writ.guard.Credentials.Need;
import dev.writ.guard.Guard;
import dev.writ.guard.Holding;
import dev.writ.guard.Permit;
import dev.writ.guard.Terms;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a person connects a server: sent to the authorization server that the server trusts, and taken back from there only
 * with the state that was given to the same person, once, within ten minutes (MCP authorization; RFC 9207; OAuth 2.1).
 */
public final class Connections {
    static final Duration STATE_LIFETIME = Duration.ofMinutes(10);
    static final int OF_PERSON_MAX = 20;
    private static final String NOT_CONNECTED_BY_PEOPLE = "this server is not one that people connect";
    private static final int STATES_MAX = 10_000;
    private static final int RANDOM_BYTES = 32;

    private final Guard guard;
    private final Credentials credentials;
    private final Grants grants;
    private final Challenges challenges;
    private final SecureRandom random;
    private final InstantSource clock;
    private final Home home;
    private final Map<String, Pending> pending = new LinkedHashMap<>();

    Connections(
            Guard guard, Grants grants, Challenges challenges, SecureRandom random, InstantSource clock, Home home) {
        this.guard = guard;
        this.credentials = guard.credentials();
        this.grants = grants;
        this.challenges = challenges;
        this.random = random;
        this.clock = clock;
        this.home = home;
    }

    /** A person who was sent away and is expected back. */
    private record Pending(
            Name tenant,
            dev.writ.base.Id person,
            Name server,
            Digest endpoint,
            String issuer,
            boolean saysIssuer,
            Client client,
            String callback,
            String verifier,
            Optional<Secret> key,
            List<String> scopes,
            Optional<Challenge> challenge,
            Instant until) {
        boolean of(Caller.OfPerson caller) {
            return tenant.equals(caller.tenant()) && person.equals(caller.person());
        }
    }

    /** What a person is to know before being sent away, or why there is nothing to connect. */
    public sealed interface About {
        /**
         * @param endpoint the server's address, as it is registered
         * @param issuer who is to let Writ in there, in the person's name
         * @param authorization where the person is going to be sent
         */
        record Of(String endpoint, String issuer, URI authorization) implements About {}

        record Not(String why) implements About {}

        /** There is no such server for this person. */
        record Nowhere() implements About {}
    }

    /** Reads who gives tokens for a server; begins nothing. */
    public About about(Caller.OfPerson caller, Name server) {
        var payload = Json.object().put("step", "look").build();
        try {
            return new Errand(guard, caller, server, "connect").run(payload, permit -> looked(caller, permit));
        } catch (OAuthError e) {
            return e.absent() ? new About.Nowhere() : new About.Not(e.why());
        }
    }

    private About looked(Caller.OfPerson caller, Permit permit) {
        var server = permit.target().orElseThrow().server();
        if (!(credentials.need(permit) instanceof Need.Token need)
                || need.access().kind() != Terms.Kind.OAUTH) return new About.Not(NOT_CONNECTED_BY_PEOPLE);
        var of = new Challenges.Of(caller.tenant(), need.subject(), server, Errand.endpoint(permit));
        var looked = grants.look(permit, need.access(), challenges.last(of));
        var giver = looked.found().server();
        return new About.Of(
                looked.url().toString(),
                giver.issuer(),
                URI.create(giver.authorization().toString()));
    }

    /** Where a person is sent, or why not. */
    public sealed interface Started {
        record Away(String url) implements Started {}

        record Not(String why) implements Started {}

        /** There is no such server for this person. */
        record Nowhere() implements Started {}
    }

    public Started start(Caller.OfPerson caller, Name server) {
        try {
            return new Errand(guard, caller, server, "connect").run(Json.Obj.EMPTY, permit -> started(caller, permit));
        } catch (OAuthError e) {
            return e.absent() ? new Started.Nowhere() : new Started.Not(e.why());
        }
    }

    private Started started(Caller.OfPerson caller, Permit permit) {
        var server = permit.target().orElseThrow().server();
        if (!(credentials.need(permit) instanceof Need.Token need)
                || need.access().kind() != Terms.Kind.OAUTH) return new Started.Not(NOT_CONNECTED_BY_PEOPLE);
        var of = new Challenges.Of(caller.tenant(), need.subject(), server, Errand.endpoint(permit));
        var challenge = challenges.last(of);
        if (challenge.filter(Challenge::wantsMore).isPresent() && !challenges.mayAskMore(of, clock.instant()))
            return new Started.Not("the server wants more rights each time that it was given some");
        var place = grants.place(permit, need.access(), challenge);
        var before = need.held().map(Holding::scopes).orElse(List.of());
        var scopes = Grants.scopes(place, challenge, before);
        var state = unguessable();
        var verifier = unguessable();
        var key = grants.key(place);
        var url = authorization(place, scopes, state, verifier, key);
        remember(
                state,
                new Pending(
                        caller.tenant(),
                        caller.person(),
                        server,
                        of.endpoint(),
                        place.found().server().issuer(),
                        place.found().server().saysIssuer(),
                        place.client(),
                        home.callback(),
                        verifier,
                        key,
                        scopes,
                        challenge,
                        clock.instant().plus(STATE_LIFETIME)));
        challenges.sent(of, clock.instant());
        return new Started.Away(url);
    }

    private String authorization(
            Grants.Place place, List<String> scopes, String state, String verifier, Optional<Secret> key) {
        var form = new Form()
                .put("response_type", "code")
                .put("client_id", place.client().id())
                .put("redirect_uri", home.callback())
                .put("state", state)
                .put(
                        "code_challenge",
                        Jws.encoded(Digest.of(verifier.getBytes(US_ASCII)).bytes()))
                .put("code_challenge_method", "S256")
                .put("resource", place.found().resource())
                .put("dpop_jkt", key.map(Jws::publicKey).map(Jws::thumbprint))
                .scopes(scopes);
        var endpoint = place.found().server().authorization().toString();
        return endpoint + (endpoint.indexOf('?') < 0 ? "?" : "&") + form.text();
    }

    private String unguessable() {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Jws.encoded(bytes);
    }

    private synchronized void remember(String state, Pending one) {
        var now = clock.instant();
        pending.values().removeIf(old -> !now.isBefore(old.until()));
        var own = pending.entrySet().stream()
                .filter(each -> each.getValue().tenant().equals(one.tenant())
                        && each.getValue().person().equals(one.person()))
                .map(Map.Entry::getKey)
                .toList();
        if (own.size() >= OF_PERSON_MAX) pending.remove(own.getFirst());
        if (pending.size() >= STATES_MAX) throw new OAuthError("too many people are connecting servers now");
        pending.put(state, one);
    }

    /** Takes a state back: whoever shows it, it is good for nothing any more. */
    private synchronized Optional<Pending> take(String state) {
        return Optional.ofNullable(pending.remove(state))
                .filter(one -> clock.instant().isBefore(one.until()));
    }

    /** What came of it. */
    public sealed interface Finished {
        record Connected(Name server) implements Finished {}

        record Not(String why) implements Finished {}
    }

    /**
     * What an authorization server sends back with a person.
     *
     * @param error whether it says that it will not, or that the person did not want to
     */
    public record Returned(String state, Optional<String> code, Optional<String> issuer, boolean error) {}

    public Finished finish(Caller.OfPerson caller, Returned returned) {
        var found = take(returned.state());
        if (found.isEmpty())
            return new Finished.Not("this connection was begun too long ago, finished already, or never begun");
        var one = found.get();
        var errand = new Errand(guard, caller, one.server(), "connect");
        var objection = objection(caller, one, returned);
        if (objection.isPresent()) {
            errand.refused(objection.get());
            return new Finished.Not(objection.get());
        }
        try {
            return errand.run(
                    Json.object().put("issuer", one.issuer()).build(),
                    permit -> finished(permit, one, returned.code().orElseThrow()));
        } catch (OAuthError e) {
            return new Finished.Not(e.why());
        }
    }

    /** Why what came back is not to be acted upon; the code has been shown to nobody then. */
    private static Optional<String> objection(Caller.OfPerson caller, Pending one, Returned returned) {
        if (!one.of(caller)) return Optional.of("somebody else began this connection");
        // RFC 9207 §2.4: to the letter where it is there, in errors as well; absent only where nobody promised it.
        if (returned.issuer().isPresent() && !returned.issuer().get().equals(one.issuer()))
            return Optional.of("the answer comes from another authorization server than the one that was asked");
        if (returned.issuer().isEmpty() && one.saysIssuer())
            return Optional.of("the answer does not say from which authorization server it comes");
        if (returned.error()) return Optional.of("the authorization server says no, or it was cancelled there");
        return returned.code().isEmpty() ? Optional.of("the answer holds no code") : Optional.empty();
    }

    private Finished finished(Permit permit, Pending one, String code) {
        if (!(credentials.need(permit) instanceof Need.Token need)
                || !Errand.endpoint(permit).equals(one.endpoint()))
            return new Finished.Not("the server's registration changed meanwhile: connect it again");
        var place = grants.place(permit, need.access(), one.challenge());
        // The code goes to nobody but the one who gave it: metadata may have changed since.
        if (!place.found().server().issuer().equals(one.issuer())
                || !place.client().id().equals(one.client().id()))
            return new Finished.Not("the server trusts another authorization server now: connect it again");
        var holding = grants.byCode(place, code, one.verifier(), one.callback(), one.key(), one.scopes());
        return credentials.keep(permit, "connected", holding)
                ? new Finished.Connected(one.server())
                : new Finished.Not("the connection cannot be recorded, so nothing was kept");
    }

    /** Gives up what is held for a person at a server; whether there was something. */
    public boolean remove(Caller.OfPerson caller, Name server) {
        return new Errand(guard, caller, server, "remove")
                .run(Json.Obj.EMPTY, permit -> credentials.forget(permit, "removed by its person"));
    }
}
