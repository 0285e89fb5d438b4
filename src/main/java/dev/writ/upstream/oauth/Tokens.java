package dev.writ.upstream.oauth;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Credentials;
import dev.writ.guard.Credentials.Need;
import dev.writ.guard.Guard;
import dev.writ.guard.Holding;
import dev.writ.guard.Permit;
import dev.writ.guard.Terms;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Has a good token ready before a call needs one, and finds out what helps when a server turns one away. Of several calls
 * that need the same token, one gets it and the others wait for it. Thread-safe.
 */
public final class Tokens {
    private static final int LOCKS = 64;

    private final Guard guard;
    private final Credentials credentials;
    private final Grants grants;
    private final Challenges challenges = new Challenges();
    private final Proofs proofs;
    private final InstantSource clock;
    private final Home home;
    private final Connections connections;
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

    /** @param rules which addresses the installation dials at all */
    public Tokens(
            Guard guard, HttpClient client, Destinations rules, SecureRandom random, InstantSource clock, Home home) {
        this.guard = guard;
        this.credentials = guard.credentials();
        this.proofs = new Proofs(random, clock);
        this.grants = new Grants(guard, client, rules, proofs, random, clock, home);
        this.clock = clock;
        this.home = home;
        this.connections = new Connections(guard, grants, challenges, random, clock, home);
        for (int i = 0; i < LOCKS; i++) locks[i] = new ReentrantLock();
    }

    /** How a person connects a server. */
    public Connections connections() {
        return connections;
    }

    public Proofs proofs() {
        return proofs;
    }

    /** Sees to it that a permit finds a token that lasts, as far as that takes no person; why not, if it cannot be. */
    public Optional<String> prepare(Permit permit) {
        if (!(credentials.need(permit) instanceof Need.Token need) || credentials.lasts(need)) return Optional.empty();
        // Without a token the server says whom it trusts, and the person is told where to connect it.
        if (need.access().kind() == Terms.Kind.OAUTH && !renewable(need)) return Optional.empty();
        return renewed(permit, need, Optional.empty(), false);
    }

    /** Whether there is a token now for a permit that was used long ago. */
    public boolean connected(Permit permit) {
        return !(credentials.need(permit) instanceof Need.Token need) || credentials.lasts(need) || renewable(need);
    }

    private static boolean renewable(Need.Token need) {
        return need.held().flatMap(Holding::refresh).isPresent();
    }

    /** What helps when a server has turned a permitted request away. */
    public sealed interface Remedy {
        /** The same once more: there is another token or nonce now. */
        record Again() implements Remedy {}

        /** A person must connect the server, or allow more there. */
        record Connect(String link) implements Remedy {}

        record Nothing(String why) implements Remedy {}
    }

    /**
     * @param shown the token that the server saw
     * @param url where it saw it
     */
    public Remedy remedy(Permit permit, Challenge challenge, Optional<Holding> shown, Url url) {
        if (!(credentials.need(permit) instanceof Need.Token need)) return refused(challenge);
        var key = shown.flatMap(Holding::key);
        if (challenge.wantsNonce() && key.isPresent())
            return proofs.given(key.get(), url, challenge.nonce()) ? new Remedy.Again() : refused(challenge);
        var of = of(permit, need);
        // Somebody else has got another token meanwhile.
        if (credentials.lasts(need) && !access(need.held()).equals(access(shown))) return new Remedy.Again();
        if (challenge.status() == 403 && !challenge.wantsMore()) return refused(challenge);
        challenges.remember(of, challenge);
        if (challenge.wantsMore() && !challenges.mayAskMore(of, clock.instant()))
            return new Remedy.Nothing("the server wants more rights each time that it was given some");
        if (need.access().kind() != Terms.Kind.OAUTH) return minted(permit, need, of, challenge);
        if (challenge.status() == 401 && shown.isPresent() && renewable(need)) {
            var failed = renewed(permit, need, shown, true);
            if (failed.isEmpty()) return new Remedy.Again();
        }
        return new Remedy.Connect(home.link(of.tenant(), of.server()));
    }

    private Remedy minted(Permit permit, Need.Token need, Challenges.Of of, Challenge challenge) {
        if (challenge.wantsMore()) challenges.sent(of, clock.instant());
        var failed = renewed(permit, need, need.held(), true);
        return failed.<Remedy>map(Remedy.Nothing::new).orElseGet(Remedy.Again::new);
    }

    private static Optional<String> access(Optional<Holding> holding) {
        return holding.map(held -> held.access().reveal());
    }

    private static Remedy refused(Challenge challenge) {
        return new Remedy.Nothing("the server refuses our credential (HTTP " + challenge.status() + ")");
    }

    private static Challenges.Of of(Permit permit, Need.Token need) {
        var target = permit.target().orElseThrow();
        return new Challenges.Of(
                permit.attempt().caller().tenant(), need.subject(), target.server(), target.endpointDigest());
    }

    /**
     * Gets a token, alone; whoever waited for it finds it there.
     *
     * @param old the token that is no longer good, where one was shown
     * @param anyway whether a token that seems good is no reason to leave it at that
     */
    private Optional<String> renewed(Permit permit, Need.Token before, Optional<Holding> old, boolean anyway) {
        var of = of(permit, before);
        var lock = locks[Math.floorMod(of.hashCode(), LOCKS)];
        lock.lock();
        try {
            if (!(credentials.need(permit) instanceof Need.Token now))
                return Optional.of("the server changed meanwhile");
            boolean another = !access(now.held()).equals(access(old));
            if (credentials.lasts(now) && (!anyway || another)) return Optional.empty();
            return now.access().kind() == Terms.Kind.OAUTH ? refreshed(permit, now) : mint(permit, now, of);
        } catch (OAuthError e) {
            return Optional.of(e.why());
        } finally {
            lock.unlock();
        }
    }

    private Optional<String> refreshed(Permit permit, Need.Token need) {
        var held = need.held().filter(holding -> holding.refresh().isPresent());
        if (held.isEmpty()) return Optional.of("the server must be connected again");
        return errand(permit, "renew").run(Json.Obj.EMPTY, using -> {
            try {
                var place = grants.place(using, need.access(), Optional.empty());
                // Credentials of one authorization server are never shown to another.
                if (!place.found().server().issuer().equals(held.get().issuer()))
                    return Optional.of(
                            "the server trusts another authorization server now: it must be connected again");
                return kept(using, "refreshed", grants.byRefresh(place, held.get()));
            } catch (OAuthError e) {
                if (e.grantRefused() || e.clientRefused()) credentials.forget(using, "no longer taken");
                return Optional.of(e.why());
            }
        });
    }

    private Optional<String> mint(Permit permit, Need.Token need, Challenges.Of of) {
        return errand(permit, "mint").run(Json.Obj.EMPTY, using -> {
            var challenge = challenges.last(of);
            var place = grants.place(using, need.access(), challenge);
            var before = need.held().map(Holding::scopes).orElse(List.of());
            return kept(using, "minted", grants.minted(place, Grants.scopes(place, challenge, before)));
        });
    }

    private Optional<String> kept(Permit using, String how, Holding holding) {
        return credentials.keep(using, how, holding)
                ? Optional.empty()
                : Optional.of("the token cannot be recorded, so it is not used");
    }

    private Errand errand(Permit permit, String purpose) {
        Name server = permit.target().orElseThrow().server();
        return new Errand(guard, permit.attempt().caller(), server, purpose);
    }
}
