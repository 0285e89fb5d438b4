package dev.writ.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.identity.Grant;
import dev.writ.identity.Grants;
import dev.writ.identity.Identity;
import dev.writ.identity.issuer.AccessToken;
import dev.writ.identity.issuer.Jws;
import dev.writ.identity.issuer.Proofs;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The authorization server's side of the door: codes, tokens, refreshing, exchange, revocation. Protocol messages are
 * read elsewhere; here it is decided what they lead to. Thread-safe.
 */
public final class Tokens {
    private static final String CODE = "authorization_code";
    private static final String REFRESH = "refresh_token";
    private static final String EXCHANGE = "token-exchange";
    private static final String NO_CODE = "the code is unknown or over";

    private final Minting minting;
    private final Asserting asserting;
    private final Callers callers;
    private final Identity identity;
    private final Issuing issuing;
    private final Places places;
    private final Codes codes;
    private final Ids ids;
    private final InstantSource clock;

    private Tokens(
            Minting minting,
            Asserting asserting,
            Callers callers,
            Guard.Parts parts,
            Places places,
            Ids ids,
            InstantSource clock) {
        this.minting = minting;
        this.asserting = asserting;
        this.callers = callers;
        this.identity = parts.identity();
        this.issuing = parts.issuing();
        this.places = places;
        this.codes = new Codes(clock, parts.issuing().random());
        this.ids = ids;
        this.clock = clock;
    }

    static Tokens of(
            Guard guard,
            Guard.Parts parts,
            Standings standings,
            Callers callers,
            Places places,
            Recorder recorder,
            Evidence evidence,
            Ids ids,
            InstantSource clock) {
        var minting = new Minting(
                guard, standings, parts.identity(), parts.issuing(), places, recorder, evidence, ids, clock);
        var assertions = new Assertions(parts.identity().trusts(), clock);
        var asserting = new Asserting(minting, callers, assertions, standings, places, ids, clock);
        return new Tokens(minting, asserting, callers, parts, places, ids, clock);
    }

    /** The issuer's identifier, byte for byte as metadata and tokens have it (RFC 8414 §2). */
    public String issuer(Name tenant) {
        return places.issuer(tenant);
    }

    public Json.Obj jwks(Name tenant) {
        return issuing.issuer().jwks(tenant);
    }

    /** One of our resources, by its tenant; without a server it is all of the tenant's together. */
    public record Resource(String url, Name tenant, Optional<Name> server) {}

    /** What a {@code resource} parameter names; absent, it is all servers together (RFC 8707 §2). */
    public Optional<Resource> resource(Name tenant, Optional<String> url) {
        var named = url.orElseGet(() -> places.joint(tenant));
        return places.resource(named)
                .filter(place -> place.tenant().equals(tenant))
                .map(place -> new Resource(named, tenant, place.server()));
    }

    /** The signatures that we verify, for metadata. */
    public List<String> algorithms() {
        return Jws.ACCEPTED;
    }

    /** A mark by which a text that is given away, a client's id say, is known again. */
    public String seal(Name tenant, String text) {
        return issuing.issuer().mark(tenant, text);
    }

    public boolean sealed(Name tenant, String text, String mark) {
        return issuing.issuer().marked(tenant, text, mark);
    }

    /** A nonce for the next proof of possession (RFC 9449 §8). */
    public String nonce() {
        return issuing.proofs().nonce();
    }

    /** A code for a client; empty when too many wait to be used. Only for a task that the person has just consented to. */
    public Optional<String> code(Caller.OfPerson person, CodeFor what) {
        if (!person.tenant().equals(what.tenant()) || !person.person().equals(what.person()))
            throw new IllegalArgumentException("a code is given to whoever consented");
        return codes.give(what);
    }

    /** What a client shows to have a code redeemed (RFC 6749 §4.1.3, RFC 7636 §4.5). */
    public record Redemption(
            Name tenant,
            String client,
            String code,
            Optional<String> redirect,
            String verifier,
            Optional<String> resource,
            Presented presented) {}

    public Minted redeem(Redemption shown) {
        var proved = proved(shown.presented());
        // Whoever is told to use a nonce comes back with the same code, so it is not used up (RFC 9449 §8).
        if (proved instanceof Proved.No(var no) && no.error() == Minted.Code.USE_DPOP_NONCE) return no;
        return switch (codes.take(shown.code())) {
            case Codes.Taken.Unknown _ -> unknown(Minted.no(Minted.Code.INVALID_GRANT, NO_CODE));
            case Codes.Taken.Late(var what) ->
                no(grant(shown, what, Possession.NONE), CODE, Minted.no(Minted.Code.INVALID_GRANT, NO_CODE));
            case Codes.Taken.Again(var what, var first) -> {
                // RFC 6749 §4.1.2: what a code gave is taken back when the code is shown again.
                first.flatMap(id -> identity.grants().grant(what.tenant(), id))
                        .ifPresent(
                                each -> minting.revoke(each, "code-reused", "its authorization code was used twice"));
                var grant = grant(first.orElseGet(() -> ids.next("grt")), what, Possession.NONE);
                yield no(grant, CODE, Minted.no(Minted.Code.INVALID_GRANT, "the code was used before"));
            }
            case Codes.Taken.First(var what) -> redeemed(shown, what, proved);
        };
    }

    private Minted redeemed(Redemption shown, CodeFor what, Proved proved) {
        var fault = fault(shown, what);
        if (fault.isPresent()) return no(grant(shown, what, Possession.NONE), CODE, fault.get());
        return switch (proved) {
            case Proved.No(var no) -> no(grant(shown, what, Possession.NONE), CODE, no);
            case Proved.Yes(var held) -> {
                var grant = grant(shown, what, held);
                // RFC 9449 §10
                yield what.jkt().isPresent() && !what.jkt().equals(held.jkt())
                        ? no(grant, CODE, Minted.no(Minted.Code.INVALID_DPOP_PROOF, "the code is bound to another key"))
                        : meanwhile(shown.code(), grant, minting.open(grant, CODE, true, held));
            }
        };
    }

    /** Whoever showed the code while this use of it was under way found nothing to take back yet. */
    private Minted meanwhile(String code, Grant grant, Minted minted) {
        if (!(minted instanceof Minted.Token) || !codes.shownAgain(code)) return minted;
        minting.revoke(grant, "code-reused", "its authorization code was used twice");
        return no(grant, CODE, Minted.no(Minted.Code.INVALID_GRANT, "the code was used before"));
    }

    /** Refuses with a record of whom the grant is about. */
    private Minted.No no(Grant grant, String how, Minted.No no) {
        // To be told a nonce is part of the protocol (RFC 9449 §8).
        if (no.error() != Minted.Code.USE_DPOP_NONCE) minting.refused(grant, how, no.why());
        return no;
    }

    /** Refuses what can be put down to nobody: that is counted. */
    private Minted.No unknown(Minted.No no) {
        callers.stranger();
        return no;
    }

    /** Puts on record that a client sent a person here with a request that is none. */
    public void refused(Caller.OfPerson person, Optional<String> client, String why) {
        minting.refused(person, client, why);
    }

    private Optional<Minted.No> fault(Redemption shown, CodeFor what) {
        if (!shown.tenant().equals(what.tenant()) || !shown.client().equals(what.client()))
            return Optional.of(Minted.no(Minted.Code.INVALID_GRANT, "the code is another client's"));
        // OAuth 2.1 drops the parameter; where it is sent it must be the same.
        if (shown.redirect().filter(uri -> !uri.equals(what.redirect())).isPresent())
            return Optional.of(Minted.no(Minted.Code.INVALID_GRANT, "redirect_uri is not the one of the code"));
        if (shown.verifier().isEmpty())
            return Optional.of(Minted.no(Minted.Code.INVALID_REQUEST, "code_verifier is missing"));
        if (!challenged(shown.verifier(), what.challenge()))
            return Optional.of(Minted.no(Minted.Code.INVALID_GRANT, "code_verifier does not fit"));
        if (shown.resource().filter(url -> !url.equals(what.resource())).isPresent())
            return Optional.of(Minted.no(Minted.Code.INVALID_TARGET, "the code is for another resource"));
        return Optional.empty();
    }

    /** RFC 7636 §4.6, S256 alone. */
    private static boolean challenged(String verifier, String challenge) {
        if (!verifier.matches("[A-Za-z0-9._~-]{43,128}")) return false;
        var digest = Digest.of(verifier.getBytes(US_ASCII)).bytes();
        return MessageDigest.isEqual(
                Base64.getUrlEncoder().withoutPadding().encode(digest), challenge.getBytes(US_ASCII));
    }

    /** What a code leads to; the code's next use is known by it. */
    private Grant grant(Redemption shown, CodeFor what, Possession held) {
        var id = ids.next("grt");
        codes.gave(shown.code(), id);
        return grant(id, what, held);
    }

    private Grant grant(Id id, CodeFor what, Possession held) {
        return Grant.opening(
                what.tenant(),
                id,
                id,
                what.client(),
                what.agent(),
                what.task(),
                what.person(),
                what.resource(),
                held.jkt(),
                held.x5t(),
                clock.instant());
    }

    /** What a token request proves to hold, if anything. */
    private sealed interface Proved {
        record Yes(Possession held) implements Proved {}

        record No(Minted.No no) implements Proved {}
    }

    /** RFC 9449 §5 */
    private Proved proved(Presented presented) {
        var certificate = presented.thumbprint();
        if (presented.proofs().isEmpty()) return new Proved.Yes(new Possession(Optional.empty(), certificate));
        return switch (issuing.proofs()
                .judge(presented.proofs(), presented.method(), presented.url(), Optional.empty())) {
            case Proofs.Shown.Key key -> new Proved.Yes(new Possession(Optional.of(key), certificate));
            case Proofs.Shown.Bad(var why) -> new Proved.No(Minted.no(Minted.Code.INVALID_DPOP_PROOF, why));
            case Proofs.Shown.OtherNonce _ ->
                new Proved.No(Minted.no(Minted.Code.USE_DPOP_NONCE, "use the nonce in DPoP-Nonce"));
        };
    }

    /** What a client shows to refresh (RFC 6749 §6). */
    public record Refreshing(
            Name tenant, String client, String refresh, Optional<String> resource, Presented presented) {}

    public Minted refresh(Refreshing shown) {
        return switch (identity.grants().shown(shown.refresh())) {
            case Grants.Shown.Unknown _ -> unknown(over());
            case Grants.Shown.Used(var grant) -> {
                // RFC 9700 §4.14.2: one of two who hold it is not the client.
                minting.revoke(grant, "refresh-reused", "a used refresh token was shown again");
                minting.refused(grant, REFRESH, "the refresh token was used before");
                yield over();
            }
            case Grants.Shown.Good(var grant) -> refreshed(shown, grant);
        };
    }

    private static Minted.No over() {
        return Minted.no(Minted.Code.INVALID_GRANT, "the refresh token is unknown or over");
    }

    private Minted refreshed(Refreshing shown, Grant grant) {
        if (!grant.heard(clock.instant())) {
            minting.refused(grant, REFRESH, "what the refresh token is of was taken back");
            return over();
        }
        if (!shown.tenant().equals(grant.tenant()) || !shown.client().equals(grant.client())) {
            minting.refused(grant, REFRESH, "another client shows the refresh token");
            return over();
        }
        if (shown.resource().filter(url -> !url.equals(grant.resource())).isPresent())
            return no(grant, REFRESH, Minted.no(Minted.Code.INVALID_TARGET, "the grant is for another resource"));
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no(grant, REFRESH, no);
            case Proved.Yes(var held) ->
                held.missing(grant, "the grant")
                        .<Minted>map(no -> no(grant, REFRESH, no))
                        .orElseGet(() -> minting.next(grant, shown.refresh(), held));
        };
    }

    /**
     * What a client shows to have a token for another server of its task (RFC 8693 §2.1).
     *
     * @param resource which one it asks for, if it names any
     */
    public record Exchange(Name tenant, String subjectToken, Optional<String> resource, Presented presented) {}

    public Minted exchange(Exchange shown) {
        var token = ours(shown.tenant(), shown.subjectToken());
        var subject =
                token.flatMap(callers::inForce).filter(grant -> grant.endedAt().isEmpty());
        if (subject.isEmpty()) {
            var no = Minted.no(Minted.Code.INVALID_REQUEST, "the subject token is not one of ours that is in force");
            // One that we did sign names its grant, over or not.
            return token.flatMap(each -> identity.grants().grant(each.tenant(), each.grant()))
                    .map(grant -> no(grant, EXCHANGE, no))
                    .orElseGet(() -> unknown(no));
        }
        var from = subject.get();
        var resource = shown.resource().flatMap(url -> resource(shown.tenant(), Optional.of(url)));
        if (resource.isEmpty())
            return no(from, EXCHANGE, Minted.no(Minted.Code.INVALID_TARGET, "resource names one of this server's"));
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no(from, EXCHANGE, no);
            case Proved.Yes(var held) -> {
                // Who holds a bound token proves it here as well: exchange is no way around the binding.
                var missing = held.missing(from, "the subject token");
                if (missing.isPresent()) yield no(from, EXCHANGE, missing.get());
                var grant = Grant.opening(
                        from.tenant(),
                        ids.next("grt"),
                        from.family(),
                        from.client(),
                        from.agent(),
                        from.task(),
                        from.person(),
                        resource.get().url(),
                        held.jkt(),
                        held.x5t(),
                        clock.instant());
                yield minting.open(grant, EXCHANGE, false, held);
            }
        };
    }

    private Optional<AccessToken> ours(Name tenant, String text) {
        return issuing.issuer()
                .verify(text)
                .filter(token -> token.tenant().equals(tenant))
                .filter(token -> token.issuer().equals(places.issuer(tenant)));
    }

    /**
     * What is shown instead of a code.
     *
     * @param client the client's id, where it is sent besides
     * @param clientAssertion says who the client is (RFC 7523 §2.2)
     * @param assertion the grant itself (RFC 7523 §2.1)
     * @param task which of the agent's tasks is meant
     */
    public record Asserted(
            Name tenant,
            Optional<String> client,
            Optional<String> clientAssertion,
            Optional<String> assertion,
            Optional<String> task,
            Optional<String> resource,
            Presented presented) {
        Asserted forResource(Optional<String> url) {
            return new Asserted(tenant, client, clientAssertion, assertion, task, url, presented);
        }
    }

    /** For an agent that shows its own key. */
    public Minted credentials(Asserted shown) {
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no;
            case Proved.Yes(var held) -> asserting.credentials(shown, held);
        };
    }

    /** For who shows the word of a platform or of an identity provider. */
    public Minted bearer(Asserted shown) {
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no;
            case Proved.Yes(var held) -> asserting.bearer(shown, held);
        };
    }

    /** Takes back what came of the same consent as a token (RFC 7009 §2.1); an unknown token changes nothing. */
    public void revoke(Name tenant, String client, String text) {
        grantOf(tenant, text)
                .filter(grant -> grant.client().equals(client))
                .ifPresent(grant -> minting.revoke(grant, "client", "the client gave it back"));
    }

    private Optional<Grant> grantOf(Name tenant, String text) {
        var refresh =
                switch (identity.grants().shown(text)) {
                    case Grants.Shown.Good(var grant) -> Optional.of(grant);
                    case Grants.Shown.Used(var grant) -> Optional.of(grant);
                    case Grants.Shown.Unknown _ -> Optional.<Grant>empty();
                };
        return refresh.or(() ->
                        ours(tenant, text).flatMap(token -> identity.grants().grant(tenant, token.grant())))
                .filter(grant -> grant.tenant().equals(tenant));
    }

    /** What a token is, for somebody who may know: its own agent about its own task, or a person (RFC 7662 §2.2). */
    public Json.Obj introspect(Caller asking, String text) {
        var inactive = Json.object().put("active", false).build();
        var token = ours(asking.tenant(), text);
        var grant =
                token.flatMap(callers::inForce).filter(each -> each.endedAt().isEmpty());
        if (grant.isEmpty()) return inactive;
        boolean may =
                switch (asking) {
                    case Caller.OfAgent agent -> agent.task().equals(grant.get().task());
                    case Caller.OfPerson _ -> true;
                };
        return may ? token.get().introspection() : inactive;
    }

    /** What hangs on a tenant's grants, for people. */
    public List<Grant> grants(Name tenant) {
        return identity.grants().all(tenant);
    }
}
