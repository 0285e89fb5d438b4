package dev.writ.guard;

import dev.writ.base.Name;
import dev.writ.guard.Recognised.Lack;
import dev.writ.identity.Binding;
import dev.writ.identity.Grant;
import dev.writ.identity.Identity;
import dev.writ.identity.issuer.AccessToken;
import dev.writ.identity.issuer.Proofs;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Makes callers of what requests show, keys and tokens, and counts what is neither. */
final class Callers {
    private static final String KEY_PREFIX = "writ_";

    private final Identity identity;
    private final Issuing issuing;
    private final Places places;
    private final InstantSource clock;
    private final LongAdder unknown = new LongAdder();

    Callers(Identity identity, Issuing issuing, Places places, InstantSource clock) {
        this.identity = identity;
        this.issuing = issuing;
        this.places = places;
        this.clock = clock;
    }

    Recognised of(Presented presented) {
        var recognised = recognised(presented);
        // Counted and nothing else: anyone can make these, so they must cost no disk.
        if (recognised instanceof Recognised.Nobody) unknown.increment();
        return recognised;
    }

    private Recognised recognised(Presented presented) {
        var bound = presented.bound();
        if (bound.isPresent()) return ofToken(bound.get(), presented, true);
        var bearer = presented.bearer();
        if (bearer.isEmpty()) return new Recognised.Nobody(Lack.CREDENTIAL, "");
        return bearer.get().startsWith(KEY_PREFIX) ? ofKey(bearer.get()) : ofToken(bearer.get(), presented, false);
    }

    private Recognised ofKey(String key) {
        return switch (identity.callerOf(Optional.of(key))) {
            case dev.writ.identity.Caller.AgentCaller agent ->
                new Recognised.Known(new Caller.OfAgent(
                        agent.tenant(),
                        agent.agent(),
                        agent.task(),
                        agent.key(),
                        agent.binding().text()));
            case dev.writ.identity.Caller.PersonCaller person ->
                new Recognised.Known(new Caller.OfPerson(person.tenant(), person.person(), Asks.proof(person.proof())));
            case dev.writ.identity.Caller.Unknown _ -> noToken();
        };
    }

    /** One answer for whatever is wrong with a token: which of it, is nobody's business. */
    private static Recognised noToken() {
        return new Recognised.Nobody(Lack.TOKEN, "the credential is missing, over, or not for this resource");
    }

    private Recognised ofToken(String text, Presented presented, boolean bound) {
        var token = issuing.issuer().verify(text);
        // RFC 9068 §4: issuer and audience, the latter exactly this resource.
        var grant = token.filter(each -> each.issuer().equals(places.issuer(each.tenant())))
                .filter(each -> each.audience().equals(presented.url()))
                .flatMap(this::inForce);
        if (grant.isEmpty()) return noToken();
        return switch (binding(token.get(), text, presented, bound)) {
            case Bound.By(var how) -> new Recognised.Known(caller(grant.get(), how));
            case Bound.Lacking(var lack, var why) -> new Recognised.Nobody(lack, why);
        };
    }

    static Caller.OfAgent caller(Grant grant, Binding how) {
        return new Caller.OfAgent(grant.tenant(), grant.agent(), grant.task(), grant.id(), how.text());
    }

    /** The grant of a token whose time has not passed; that of an ended task is heard for a day, to be told so. */
    Optional<Grant> inForce(AccessToken token) {
        var now = clock.instant();
        return identity.grants()
                .grant(token.tenant(), token.grant())
                .filter(grant -> grant.heard(now))
                .filter(grant -> grant.endedAt().isPresent() || now.isBefore(token.expires()))
                .filter(grant ->
                        grant.task().equals(token.task()) && grant.agent().equals(token.agent()));
    }

    /** How a token is shown to be in its holder's hands. */
    private sealed interface Bound {
        record By(Binding how) implements Bound {}

        record Lacking(Lack lack, String why) implements Bound {}
    }

    private Bound binding(AccessToken token, String text, Presented presented, boolean dpop) {
        if (token.jkt().isPresent()) {
            // RFC 9449 §7.1: a bound token is not good as a bearer's.
            if (!dpop) return new Bound.Lacking(Lack.PROOF, "this token takes a proof of possession");
            return switch (issuing.proofs()
                    .judge(presented.proofs(), presented.method(), presented.url(), Optional.of(text))) {
                case Proofs.Shown.Key key
                when token.jkt().get().equals(key.jkt()) ->
                    issuing.proofs().first(key)
                            ? new Bound.By(Binding.DPOP)
                            : new Bound.Lacking(Lack.PROOF, Proofs.AGAIN);
                case Proofs.Shown.Key _ -> new Bound.Lacking(Lack.PROOF, "the proof is by another key");
                case Proofs.Shown.Bad(var why) -> new Bound.Lacking(Lack.PROOF, why);
                case Proofs.Shown.OtherNonce _ -> new Bound.Lacking(Lack.NONCE, "the nonce is not one of ours");
            };
        }
        if (token.x5t().isPresent()) {
            // RFC 8705 §3: shown as a bearer's, on a connection of its holder's.
            return !dpop && presented.thumbprint().equals(token.x5t())
                    ? new Bound.By(Binding.MTLS)
                    : new Bound.Lacking(Lack.TOKEN, "this token takes its holder's certificate");
        }
        return dpop ? new Bound.Lacking(Lack.TOKEN, "this token is bound to no key") : new Bound.By(Binding.NONE);
    }

    /** Of a person's session, by its cookie's value. */
    Optional<Caller.OfPerson> ofSession(String cookie) {
        return person(identity.sessions().callerOf(cookie));
    }

    /** Of a person's session whose person has just confirmed this with a passkey; counts once. */
    Optional<Caller.OfPerson> confirmed(String cookie, String purpose) {
        return person(identity.sessions().confirmedBy(cookie, purpose));
    }

    private Optional<Caller.OfPerson> person(dev.writ.identity.Caller found) {
        if (found instanceof dev.writ.identity.Caller.PersonCaller person)
            return Optional.of(new Caller.OfPerson(person.tenant(), person.person(), Asks.proof(person.proof())));
        unknown.increment();
        return Optional.empty();
    }

    /** Of an Authorization header's value. Counts nothing and verifies nothing: the request comes to {@link #of} as well. */
    Optional<Name> tenantOf(Optional<String> authorization) {
        var shown = new Presented(authorization, java.util.List.of(), "", "", Optional.empty());
        var credential = shown.bound().or(shown::bearer);
        if (credential.isEmpty()) return Optional.empty();
        if (!credential.get().startsWith(KEY_PREFIX))
            return issuing.issuer().remembered(credential.get()).map(AccessToken::tenant);
        return switch (identity.callerOf(credential)) {
            case dev.writ.identity.Caller.AgentCaller agent -> Optional.of(agent.tenant());
            case dev.writ.identity.Caller.PersonCaller person -> Optional.of(person.tenant());
            case dev.writ.identity.Caller.Unknown _ -> Optional.empty();
        };
    }

    /** Counts what could be put down to nobody. */
    void stranger() {
        unknown.increment();
    }

    /** Attempts without a credential in force, since the start. */
    long unknown() {
        return unknown.sum();
    }
}
