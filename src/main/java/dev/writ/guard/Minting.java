package dev.writ.guard;

import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.base.Visible;
import dev.writ.identity.Binding;
import dev.writ.identity.Grant;
import dev.writ.identity.Grants;
import dev.writ.identity.Identity;
import dev.writ.identity.Trust;
import dev.writ.identity.issuer.AccessToken;
import dev.writ.identity.issuer.IssuerFailure;
import dev.writ.identity.issuer.Proofs;
import dev.writ.store.StoreError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes tokens, each an action of its agent: decided like any other, on record before it leaves, and hanging on a grant
 * that ends with its task.
 */
final class Minting {
    /** Shorter ones make clients refresh at once and without end; each use is checked against the grant anyway. */
    static final Duration LASTS = Grant.TOKEN_LASTS;

    private static final String PEER = "issuer";
    private static final int CLIENT_CHARS_SHOWN = 200;

    private final Guard guard;
    private final Standings standings;
    private final Identity identity;
    private final Issuing issuing;
    private final Places places;
    private final Recorder recorder;
    private final Evidence evidence;
    private final Ids ids;
    private final InstantSource clock;

    Minting(
            Guard guard,
            Standings standings,
            Identity identity,
            Issuing issuing,
            Places places,
            Recorder recorder,
            Evidence evidence,
            Ids ids,
            InstantSource clock) {
        this.guard = guard;
        this.standings = standings;
        this.identity = identity;
        this.issuing = issuing;
        this.places = places;
        this.recorder = recorder;
        this.evidence = evidence;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Opens a grant and mints its first token.
     *
     * @param shown what the grant is bound to; a proof of possession is used up
     */
    Minted open(Grant wanted, String how, boolean refreshable, Possession shown) {
        var again = shownAgain(wanted, how, shown.key());
        if (again.isPresent()) return again.get();
        return admitted(wanted, how, () -> switch (identity.grants().open(wanted, refreshable)) {
            case Grants.Opened.TooMany _ ->
                Minted.no(Minted.Code.INVALID_GRANT, "the task has " + Grants.GRANTS_MAX + " grants already");
            case Grants.Opened.Open(var grant, var refresh) -> stillOpen(grant, how, refresh);
        });
    }

    /** Uses a refresh token up and mints the next token of its grant. */
    Minted next(Grant grant, String refresh, Possession shown) {
        var again = shownAgain(grant, "refresh_token", shown.key());
        if (again.isPresent()) return again.get();
        // Of an ended task: good for nothing but to hear of that end, so there is nothing to decide.
        if (grant.endedAt().isPresent()) return rotated(refresh, "farewell");
        return admitted(grant, "refresh_token", () -> rotated(refresh, "refresh_token"));
    }

    private Optional<Minted> shownAgain(Grant grant, String how, Optional<Proofs.Shown.Key> proof) {
        if (proof.isEmpty() || grant.jkt().isEmpty() || issuing.proofs().first(proof.get())) return Optional.empty();
        refused(grant, how, Proofs.AGAIN);
        return Optional.of(Minted.no(Minted.Code.INVALID_DPOP_PROOF, Proofs.AGAIN));
    }

    private Minted rotated(String refresh, String how) {
        return identity.grants()
                .refresh(refresh)
                .<Minted>map(next -> minted(next.grant(), how, next.refresh()))
                .orElseGet(() -> Minted.no(Minted.Code.INVALID_GRANT, "this refresh token is used up"));
    }

    private Minted admitted(Grant grant, String how, Supplier<Minted> making) {
        var caller = Callers.caller(grant, binding(grant));
        var attempt = attempt(caller, grant, how);
        return switch (guard.admit(attempt)) {
            case Refusal refusal -> refused(refusal.reason());
            case Held _ -> Minted.no(Minted.Code.INVALID_GRANT, "a token is not minted on approval");
            case Permit permit -> {
                var outcome = Outcome.without(Outcome.Status.ERROR, PEER, 0, "a part is down");
                try {
                    if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) {
                        outcome = Outcome.without(Outcome.Status.NOT_SENT, PEER, 0, reason.code());
                        yield refused(reason);
                    }
                    var minted = making.get();
                    outcome = minted instanceof Minted.Token
                            ? Outcome.without(Outcome.Status.DONE, PEER, 0, "")
                            : Outcome.without(Outcome.Status.NOT_SENT, PEER, 0, "not minted");
                    yield minted;
                } catch (StoreError | IssuerFailure e) {
                    yield Minted.no(Minted.Code.TEMPORARILY_UNAVAILABLE, "a part is down; try again");
                } finally {
                    guard.settle(permit, outcome);
                }
            }
        };
    }

    /** Puts a request on record that is refused before it can be decided: who it was for is known. */
    void refused(Grant grant, String how, String why) {
        var caller = Callers.caller(grant, binding(grant));
        var payload = payload(grant, how).with("why", Json.of(why));
        refused(caller, grant.resource(), payload, why);
    }

    /** As the other one, where there is no grant yet: an agent is known by what was signed for it. */
    void refused(Caller.OfAgent caller, Trust trust, Tokens.Asserted shown, String how, String why) {
        var resource = shown.resource().orElseGet(() -> places.joint(shown.tenant()));
        var payload = Json.object()
                .put("how", how)
                .put("issuer", trust.issuer())
                .put("resource", Visible.text(resource, CLIENT_CHARS_SHOWN))
                .put("trust", trust.id().text())
                .put("why", why)
                .build();
        refused(caller, Visible.text(resource, CLIENT_CHARS_SHOWN), payload, why);
    }

    /** As the other ones, for a person whose browser a client sent here. */
    void refused(Caller.OfPerson person, Optional<String> client, String why) {
        var payload = Json.object()
                .put("client", client.map(id -> Visible.text(id, CLIENT_CHARS_SHOWN)))
                .put("how", "authorize")
                .put("why", Visible.text(why, CLIENT_CHARS_SHOWN))
                .build();
        refused(person, places.joint(person.tenant()), payload, why);
    }

    private void refused(Caller caller, String resource, Json.Obj payload, String why) {
        var action = new Action.MintToken(server(caller, resource), resource, payload);
        var _ = guard.refused(new Attempt(caller, action), new Refusal.NotAllowed(why));
    }

    private Attempt attempt(Caller.OfAgent caller, Grant grant, String how) {
        var resource = grant.resource();
        return new Attempt(caller, new Action.MintToken(server(caller, resource), resource, payload(grant, how)));
    }

    private static Json.Obj payload(Grant grant, String how) {
        return Json.object()
                .put("client", grant.client())
                .put("grant", grant.id().text())
                .put("how", how)
                .put("resource", grant.resource())
                .build();
    }

    private Name server(Caller caller, String resource) {
        return places.resource(resource)
                .flatMap(Places.Place::server)
                .or(() -> caller instanceof Caller.OfAgent agent
                        ? guard.serversShown(agent).stream().findFirst()
                        : Optional.empty())
                .orElse(new Name("mcp"));
    }

    private static Binding binding(Grant grant) {
        return grant.jkt().isPresent() ? Binding.DPOP : grant.x5t().isPresent() ? Binding.MTLS : Binding.NONE;
    }

    private static Minted refused(Refusal.Reason reason) {
        return switch (reason) {
            case Refusal.Unavailable _ ->
                Minted.no(Minted.Code.TEMPORARILY_UNAVAILABLE, "a part that decides or proves is down; try again");
            // The same for a server that is not there, outside the task, or denied.
            case Refusal.Absent _ ->
                Minted.no(Minted.Code.INVALID_TARGET, "the resource is not one that this task reaches");
            case Refusal.TaskEnded _ -> Minted.no(Minted.Code.INVALID_GRANT, "the task has ended");
            default -> Minted.no(Minted.Code.INVALID_GRANT, "the agent may not have a token now");
        };
    }

    /** The task may have ended while the grant was made: then it is one of an ended task. */
    private Minted stillOpen(Grant grant, String how, Optional<Secret> refresh) {
        boolean over = standings
                .task(grant.tenant(), grant.task())
                .filter(task -> task.open(clock.instant()))
                .isEmpty();
        if (!over) return minted(grant, how, refresh);
        identity.grants().revoke(grant.tenant(), grant.family());
        return Minted.no(Minted.Code.INVALID_GRANT, "the task has ended meanwhile");
    }

    private Minted minted(Grant grant, String how, Optional<Secret> refresh) {
        var now = clock.instant();
        var token = new AccessToken(
                places.issuer(grant.tenant()),
                grant.tenant(),
                grant.person(),
                grant.resource(),
                grant.client(),
                grant.agent(),
                grant.task(),
                grant.id(),
                ids.next("tok"),
                actors(grant),
                grant.jkt(),
                grant.x5t(),
                now,
                now.plus(LASTS));
        var text = issuing.issuer().mint(token);
        if (!recorder.durable(grant.tenant(), record(grant, token, how))) {
            identity.grants().revoke(grant.tenant(), grant.family());
            return Minted.no(Minted.Code.TEMPORARILY_UNAVAILABLE, "the ledger cannot be written");
        }
        return new Minted.Token(Secret.of(text), refresh, LASTS, grant.jkt().isPresent());
    }

    private List<String> actors(Grant grant) {
        // The chain begins with the person, who acts through all that follow.
        var chain = new ArrayList<>(standings.chain(grant.tenant(), grant.task()));
        if (chain.size() < 2) return List.of(grant.agent().text());
        return List.copyOf(chain.subList(1, chain.size()).reversed());
    }

    private Evidence.Told record(Grant grant, AccessToken token, String how) {
        var members = Json.object()
                .put("token", token.id().text())
                .put("grant", grant.id().text())
                .put("agent", grant.agent().text())
                .put("task", grant.task().text())
                .put("person", grant.person().text())
                .put("client", Visible.text(grant.client(), CLIENT_CHARS_SHOWN))
                .put("resource", grant.resource())
                .put("binding", binding(grant).text())
                .put("how", how)
                .put("until", Evidence.time(token.expires()))
                .build();
        return evidence.transition("token", "issued", grant.tenant(), clock.instant(), members);
    }

    /** Revokes what came of one consent, streams included, and records why. */
    List<Grant> revoke(Grant grant, String event, String why) {
        var ended = identity.grants().revoke(grant.tenant(), grant.family());
        guard.cutGrants(ended.grants());
        var members = Json.object()
                .put("family", grant.family().text())
                .put("grant", grant.id().text())
                .put("agent", grant.agent().text())
                .put("task", grant.task().text())
                .put("cause", event)
                .put("reason", why)
                .build();
        if (!ended.grants().isEmpty())
            recorder.beginOrKeep(
                    grant.tenant(),
                    evidence.transition("revocation", "grant-revoked", grant.tenant(), clock.instant(), members));
        return ended.grants();
    }
}
