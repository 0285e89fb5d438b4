package dev.writ.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Digest;
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
        var asserting = new Asserting(minting, assertions, standings, places, ids, clock);
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
        // Before the code is used up: whoever is told to make another proof comes back with the same code.
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no;
            case Proved.Yes(var jkt) -> redeem(shown, jkt);
        };
    }

    private Minted redeem(Redemption shown, Optional<String> jkt) {
        return switch (codes.take(shown.code())) {
            case Codes.Taken.Unknown _ -> Minted.no(Minted.Code.INVALID_GRANT, "the code is unknown or over");
            case Codes.Taken.Again(var what, var grant) ->
                shownAgain(what, grant.flatMap(id -> identity.grants().grant(what.tenant(), id)));
            case Codes.Taken.First(var what) -> redeemed(shown, what, jkt);
        };
    }

    /** RFC 6749 §4.1.2: what a code gave is taken back when the code is shown again. */
    private Minted shownAgain(CodeFor what, Optional<Grant> gave) {
        gave.ifPresent(grant -> minting.revoke(grant, "code-reused", "its authorization code was used twice"));
        minting.refused(grant(what, Optional.empty()), "authorization_code", "the code was used before");
        return Minted.no(Minted.Code.INVALID_GRANT, "the code was used before");
    }

    private Minted redeemed(Redemption shown, CodeFor what, Optional<String> jkt) {
        var fault = fault(shown, what, jkt);
        if (fault.isPresent()) {
            minting.refused(
                    grant(what, Optional.empty()),
                    "authorization_code",
                    fault.get().why());
            return fault.get();
        }
        var grant = grant(what, jkt);
        var minted = minting.open(grant, "authorization_code", true);
        return minted instanceof Minted.Token && !codes.gave(shown.code(), grant.id())
                ? shownAgain(what, Optional.of(grant))
                : minted;
    }

    private Optional<Minted.No> fault(Redemption shown, CodeFor what, Optional<String> jkt) {
        if (!shown.tenant().equals(what.tenant()) || !shown.client().equals(what.client()))
            return Optional.of(Minted.no(Minted.Code.INVALID_GRANT, "the code is another client's"));
        // OAuth 2.1 drops the parameter; where it is sent it must be the same.
        if (shown.redirect().filter(uri -> !uri.equals(what.redirect())).isPresent())
            return Optional.of(Minted.no(Minted.Code.INVALID_GRANT, "redirect_uri is not the one of the code"));
        if (!challenged(shown.verifier(), what.challenge()))
            return Optional.of(Minted.no(Minted.Code.INVALID_GRANT, "code_verifier does not fit"));
        if (shown.resource().filter(url -> !url.equals(what.resource())).isPresent())
            return Optional.of(Minted.no(Minted.Code.INVALID_TARGET, "the code is for another resource"));
        // RFC 9449 §10
        if (what.jkt().isPresent() && !what.jkt().equals(jkt))
            return Optional.of(Minted.no(Minted.Code.INVALID_DPOP_PROOF, "the code is bound to another key"));
        return Optional.empty();
    }

    /** RFC 7636 §4.6, S256 alone. */
    private static boolean challenged(String verifier, String challenge) {
        if (!verifier.matches("[A-Za-z0-9._~-]{43,128}")) return false;
        var digest = Digest.of(verifier.getBytes(US_ASCII)).bytes();
        return MessageDigest.isEqual(
                Base64.getUrlEncoder().withoutPadding().encode(digest), challenge.getBytes(US_ASCII));
    }

    private Grant grant(CodeFor what, Optional<String> jkt) {
        var id = ids.next("grt");
        return Grant.opening(
                what.tenant(),
                id,
                id,
                what.client(),
                what.agent(),
                what.task(),
                what.person(),
                what.resource(),
                jkt,
                clock.instant());
    }

    /** The key that a token request proves, if it proves one. */
    private sealed interface Proved {
        record Yes(Optional<String> jkt) implements Proved {}

        record No(Minted.No no) implements Proved {}
    }

    /** RFC 9449 §5 */
    private Proved proved(Presented presented) {
        if (presented.proofs().isEmpty()) return new Proved.Yes(Optional.empty());
        return switch (issuing.proofs()
                .judge(presented.proofs(), presented.method(), presented.url(), Optional.empty())) {
            case Proofs.Shown.Key(var jkt) -> new Proved.Yes(Optional.of(jkt));
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
            case Grants.Shown.Unknown _ -> over();
            case Grants.Shown.Used(var grant) -> {
                // RFC 9700 §4.14.2: one of two who hold it is not the client.
                minting.revoke(grant, "refresh-reused", "a used refresh token was shown again");
                minting.refused(grant, "refresh_token", "the refresh token was used before");
                yield over();
            }
            case Grants.Shown.Good(var grant) -> refreshed(shown, grant);
        };
    }

    private static Minted over() {
        return Minted.no(Minted.Code.INVALID_GRANT, "the refresh token is unknown or over");
    }

    private Minted refreshed(Refreshing shown, Grant grant) {
        if (!grant.heard(clock.instant())) return over();
        if (!shown.tenant().equals(grant.tenant()) || !shown.client().equals(grant.client())) {
            minting.refused(grant, "refresh_token", "another client shows the refresh token");
            return over();
        }
        if (shown.resource().filter(url -> !url.equals(grant.resource())).isPresent())
            return Minted.no(Minted.Code.INVALID_TARGET, "the grant is for another resource");
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no;
            case Proved.Yes(var jkt)
            when grant.jkt().isPresent() && !grant.jkt().equals(jkt) -> {
                minting.refused(grant, "refresh_token", "the proof is missing or by another key");
                yield Minted.no(Minted.Code.INVALID_DPOP_PROOF, "the grant is bound to another key");
            }
            case Proved.Yes _ -> minting.next(grant, shown.refresh());
        };
    }

    /** What a client shows to have a token for another server of its task (RFC 8693 §2.1). */
    public record Exchange(Name tenant, String subjectToken, String resource, Presented presented) {}

    public Minted exchange(Exchange shown) {
        var token = ours(shown.tenant(), shown.subjectToken());
        var subject =
                token.flatMap(callers::inForce).filter(grant -> grant.endedAt().isEmpty());
        if (subject.isEmpty())
            return Minted.no(Minted.Code.INVALID_REQUEST, "the subject token is not one of ours that is in force");
        var from = subject.get();
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no;
            // Who holds a bound token proves it here as well: exchange is no way around the binding.
            case Proved.Yes(var jkt)
            when from.jkt().isPresent() && !from.jkt().equals(jkt) -> {
                minting.refused(from, "token-exchange", "the proof is missing or by another key");
                yield Minted.no(Minted.Code.INVALID_DPOP_PROOF, "the subject token is bound to another key");
            }
            case Proved.Yes(var jkt) -> {
                var grant = Grant.opening(
                        from.tenant(),
                        ids.next("grt"),
                        from.family(),
                        from.client(),
                        from.agent(),
                        from.task(),
                        from.person(),
                        shown.resource(),
                        jkt,
                        clock.instant());
                yield minting.open(grant, "token-exchange", false);
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
            case Proved.Yes(var jkt) -> asserting.credentials(shown, jkt);
        };
    }

    /** For who shows the word of a platform or of an identity provider. */
    public Minted bearer(Asserted shown) {
        return switch (proved(shown.presented())) {
            case Proved.No(var no) -> no;
            case Proved.Yes(var jkt) -> asserting.bearer(shown, jkt);
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
