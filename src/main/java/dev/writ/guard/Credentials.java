package dev.writ.guard;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.registry.Access;
import dev.writ.registry.Server;
import dev.writ.vault.Keeping;
import dev.writ.vault.Vault;
import dev.writ.vault.VaultError;
import dev.writ.vault.Wallet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What servers are shown of their callers. Whose token it is follows from the permit alone: from its tenant, from the
 * person of its task (or the person who acts), and from the server that it names; nobody can ask for another's. What is
 * obtained is recorded before it is kept.
 */
public final class Credentials {
    /** The subject of what is Writ's own and the same for everybody. */
    public static final String OWN = "writ";

    /** The header of a transaction token. */
    static final String TRANSACTION = "txn-token";

    private static final String CLIENTS = "client";
    private static final String ASSERTIONS = "assertion";
    private static final String KIND = "credential-use";
    /** A token is renewed so long before it ends. */
    private static final Duration SPARE = Duration.ofSeconds(20);

    private final Standings standings;
    private final Vault vault;
    private final Recorder recorder;
    private final Evidence evidence;
    private final InstantSource clock;
    private final Lent lent = new Lent();
    private final Transactions transactions;

    Credentials(Standings standings, Guard.Parts parts, Recorder recorder, Evidence evidence, InstantSource clock) {
        this.standings = standings;
        this.vault = parts.vault();
        this.transactions = new Transactions(parts.issuing(), parts.ledger(), clock);
        this.recorder = recorder;
        this.evidence = evidence;
        this.clock = clock;
    }

    /** What is there for a permit's server. */
    public sealed interface Need {
        /** Nothing is to be obtained. */
        record None() implements Need {}

        /**
         * @param subject whose token it is: a person's id, or {@link #OWN}
         * @param held what there is, good or not
         */
        record Token(Terms access, String subject, Optional<Holding> held) implements Need {}
    }

    /** Whose credential a permit stands for. */
    private record Whose(Name tenant, String person, String task, String key, Server server) {
        String subject() {
            return server.access().personal() ? person : OWN;
        }

        Wallet.Place place() {
            return new Wallet.Place(tenant, subject(), server.name().text());
        }

        Lent.For lent() {
            return new Lent.For(
                    tenant, task, subject(), server.name(), server.transport().digest(), access(), key);
        }

        private Digest access() {
            return Canonical.digest(server.access().json());
        }
    }

    private Optional<Whose> whose(Permit permit) {
        if (permit.target().isEmpty()) return Optional.empty();
        var name = permit.target().get().server();
        return switch (permit.attempt().caller()) {
            case Caller.OfAgent agent ->
                standings.of(agent, name, clock.instant()) instanceof Standings.Found.Yes(var standing)
                        ? Optional.of(new Whose(
                                agent.tenant(),
                                standing.person().id().text(),
                                agent.task().text(),
                                agent.key().text(),
                                standing.server()))
                        : Optional.empty();
            case Caller.OfPerson person -> {
                var id = person.person().text();
                yield standings
                        .world(person.tenant())
                        .registry()
                        .server(name)
                        .map(server -> new Whose(person.tenant(), id, id, "", server));
            }
        };
    }

    /** What a permit's server wants, and what there is of it; reads memory only. */
    public Need need(Permit permit) {
        var whose = whose(permit).filter(found -> found.server().access().kind().byOAuth());
        if (whose.isEmpty()) return new Need.None();
        return new Need.Token(
                Terms.of(whose.get().server().access()), whose.get().subject(), held(whose.get()));
    }

    /** Whether a token is there that lasts a while. */
    public boolean lasts(Need.Token need) {
        return need.held()
                .filter(holding -> holding.goodAt(clock.instant().plus(SPARE)))
                .isPresent();
    }

    private Optional<Holding> held(Whose whose) {
        var access = whose.server().access();
        var endpoint = whose.server().transport().digest();
        Predicate<Holding> here = holding -> holding.endpoint().equals(endpoint)
                && access.issuer().map(holding.issuer()::equals).orElse(true);
        return access.kind() == Access.Kind.OAUTH
                ? vault.wallet().open(whose.place()).map(Holding::of).filter(here)
                : lent.find(whose.lent(), clock.instant()).filter(here);
    }

    /** Whose credential the server will see, as action digests name it. */
    static String named(Server server, String person) {
        var access = server.access();
        var names = new ArrayList<String>();
        for (var credential : server.credentials())
            names.add(
                    credential.personal()
                            ? credential.name() + "@" + person
                            : credential.name().text());
        if (access.kind().byOAuth()) names.add(access.kind().text() + "@" + (access.personal() ? person : OWN));
        names.sort(null);
        // Names of secrets and ids of persons have no comma.
        return String.join(",", names);
    }

    /**
     * Whether all that the server of an attempt is to be shown is in memory: nothing is to be obtained, and nothing to be
     * signed for the one call.
     */
    boolean atHand(Attempt attempt) {
        return !(attempt.action() instanceof Action.OnServer action)
                || atHand(attempt.caller().tenant(), action.server());
    }

    /** As the other one, when the permit's first byte is due. */
    public boolean atHand(Permit permit) {
        return permit.target().isEmpty()
                || atHand(
                        permit.attempt().caller().tenant(),
                        permit.target().get().server());
    }

    private boolean atHand(Name tenant, Name server) {
        return standings
                .world(tenant)
                .registry()
                .server(server)
                .filter(found -> !atHand(found.access()))
                .isEmpty();
    }

    private static boolean atHand(Access access) {
        return !access.kind().byOAuth() && !access.transacts();
    }

    /** What is shown comes from the same secrets of the same registration as before, or has none of them any more. */
    private Optional<Source> source(Whose whose) {
        var server = whose.server();
        if (!atHand(server.access())) return Optional.empty();
        var seals = new ArrayList<String>();
        for (var credential : server.credentials()) {
            var seal = credential.personal()
                    ? vault.wallet().seal(ownSecret(whose, credential.name()))
                    : vault.seal(whose.tenant(), credential.name());
            if (seal.isEmpty()) return Optional.empty();
            seals.add(seal.get());
        }
        return Optional.of(new Source(server.credentials(), server.access(), seals));
    }

    /**
     * What to inject under a permit that is used now.
     *
     * @param before what the server was shown before: shown again, unopened, when it comes from the same
     */
    Guard.Use injected(Permit permit, Guard.Use.Go before) {
        var whose = whose(permit);
        if (whose.isEmpty()) return Guard.Use.Go.BARE;
        var source = source(whose.get());
        if (source.isPresent() && source.equals(before.source())) return before;
        try {
            var headers = new java.util.HashMap<String, String>();
            for (var credential : whose.get().server().credentials()) {
                var secret = secret(whose.get(), credential);
                if (secret.isEmpty())
                    return new Guard.Use.Stop(
                            new Refusal.Unavailable("a credential of the server is not in the vault"));
                headers.put(credential.header(), secret.get().reveal());
            }
            var token = whose.get().server().access().kind().byOAuth()
                    ? held(whose.get()).filter(holding -> holding.goodAt(clock.instant()))
                    : Optional.<Holding>empty();
            if (whose.get().server().access().transacts()) {
                var transaction = transaction(permit, whose.get());
                // Whoever wants to verify us must not be called without the means to.
                if (transaction.isEmpty())
                    return new Guard.Use.Stop(new Refusal.Unavailable("the call's transaction token cannot be made"));
                headers.put(TRANSACTION, transaction.get().reveal());
            }
            return new Guard.Use.Go(headers, token, source);
        } catch (VaultError e) {
            return new Guard.Use.Stop(new Refusal.Unavailable("a credential of the server cannot be opened"));
        }
    }

    private Optional<Secret> transaction(Permit permit, Whose whose) {
        var address = whose.server()
                .transport()
                .json()
                .string("url")
                .orElse(whose.server().name().text());
        return transactions.token(permit, whose.person(), address);
    }

    private Optional<Secret> secret(Whose whose, Server.Credential credential) {
        if (credential.personal())
            return vault.wallet()
                    .open(ownSecret(whose, credential.name()))
                    .flatMap(kept -> kept.string("secret"))
                    .map(Secret::of);
        return shared(whose.tenant(), credential.name());
    }

    private Optional<Secret> shared(Name tenant, Name name) {
        return vault.reveal(tenant, name) instanceof Keeping.Revealed(var secret, var _)
                ? Optional.of(secret)
                : Optional.empty();
    }

    /** Where a person's own secret lies; no server's name has a slash. */
    public static Wallet.Place ownSecret(Name tenant, String person, Name server, Name name) {
        return new Wallet.Place(tenant, person, server + "/" + name);
    }

    /** Keeps a person's own secret, where the server's registration names it; false for any other. */
    public boolean keepOwn(Permit permit, Name name, Secret value) {
        var whose = whose(inUse(permit)).filter(found -> found.server().credentials().stream()
                .anyMatch(each -> each.personal() && each.name().equals(name)));
        if (whose.isEmpty() || !told(permit, whose.get(), "kept", "", List.of())) return false;
        vault.wallet()
                .keep(
                        ownSecret(whose.get(), name),
                        Json.object().put("secret", value.reveal()).build(),
                        clock.instant());
        return true;
    }

    /** Takes a person's own secret back, also where the server no longer names it. */
    public boolean forgetOwn(Permit permit, Name name) {
        var whose = whose(inUse(permit));
        if (whose.isEmpty()) return false;
        var place = ownSecret(whose.get(), name);
        boolean was = vault.wallet().forget(place);
        if (was) removed(permit, place, "removed by its person");
        return was;
    }

    private static Wallet.Place ownSecret(Whose whose, Name name) {
        return ownSecret(whose.tenant(), whose.person(), whose.server().name(), name);
    }

    /** A secret that the registration of the permit's server names for its client, or as the assertion to bring. */
    public Optional<Secret> secret(Permit permit, Name name) {
        return whose(inUse(permit))
                .filter(found -> named(found.server().access(), name))
                .flatMap(found -> shared(found.tenant(), name));
    }

    private static boolean named(Access access, Name name) {
        return access.assertion().filter(name::equals).isPresent()
                || access.client()
                        .flatMap(Access.Client::secret)
                        .filter(name::equals)
                        .isPresent()
                || access.provider()
                        .flatMap(provider -> provider.client().secret())
                        .filter(name::equals)
                        .isPresent();
    }

    /** What shows the permit's person to other people's authorization servers: the registration's, or the person's own. */
    public Optional<Secret> assertion(Permit permit) {
        return whose(inUse(permit)).flatMap(found -> found.server()
                .access()
                .assertion()
                .map(name -> shared(found.tenant(), name))
                .orElseGet(() -> vault.wallet()
                        .open(new Wallet.Place(found.tenant(), found.person(), ASSERTIONS))
                        .flatMap(kept -> kept.string("assertion"))
                        .map(Secret::of)));
    }

    /** Keeps what a company's identity provider says of a person at sign-in, in place of what it said before. */
    public void asserted(Name tenant, dev.writ.base.Id person, Secret assertion) {
        vault.wallet()
                .keep(
                        new Wallet.Place(tenant, person.text(), ASSERTIONS),
                        Json.object().put("assertion", assertion.reveal()).build(),
                        clock.instant());
    }

    /**
     * Keeps what was obtained under a permit in use, once that is on record; false when it cannot be recorded: then
     * nothing is kept.
     *
     * @param how {@code connected}, {@code refreshed} or {@code minted}
     */
    public boolean keep(Permit permit, String how, Holding holding) {
        var whose = whose(inUse(permit));
        if (whose.isEmpty() || !told(permit, whose.get(), how, holding.issuer(), holding.scopes())) return false;
        if (whose.get().server().access().kind() == Access.Kind.OAUTH)
            vault.wallet().keep(whose.get().place(), holding.json(), clock.instant());
        else lent.keep(whose.get().lent(), holding, clock.instant());
        return true;
    }

    /** Forgets what the authorization server no longer takes, or what its person no longer wants there to be. */
    public boolean forget(Permit permit, String why) {
        var whose = whose(inUse(permit));
        if (whose.isEmpty()) return false;
        var place = whose.get().place();
        boolean ofTask = lent.forget(whose.get().lent());
        boolean kept = vault.wallet().forget(place);
        boolean was = ofTask || kept;
        if (was) removed(permit, place, why);
        return was;
    }

    private void removed(Permit permit, Wallet.Place place, String why) {
        var members = Json.object()
                .put("subject", place.subject())
                .put("place", place.at())
                .put("reason", why)
                .put("decision", permit.decision().text());
        recorder.beginOrKeep(
                place.tenant(),
                evidence.transition(
                        "revocation", "credential-removed", place.tenant(), clock.instant(), members.build()));
    }

    /** What an authorization server knows us by, where we registered ourselves there. */
    public Optional<Json.Obj> registration(Permit permit, String issuer) {
        return whose(inUse(permit)).flatMap(found -> vault.wallet().open(client(found.tenant(), issuer)));
    }

    /** Keeps a registration, by its issuer: at no other authorization server is it ever shown. */
    public boolean register(Permit permit, String issuer, Json.Obj registration) {
        var whose = whose(inUse(permit));
        if (whose.isEmpty() || !told(permit, whose.get(), "registered", issuer, List.of())) return false;
        vault.wallet().keep(client(whose.get().tenant(), issuer), registration, clock.instant());
        return true;
    }

    private static Wallet.Place client(Name tenant, String issuer) {
        return new Wallet.Place(tenant, CLIENTS, issuer);
    }

    private boolean told(Permit permit, Whose whose, String how, String issuer, List<String> scopes) {
        var members = Json.object()
                .put("server", whose.server().name().text())
                .put("subject", subject(whose, how))
                .put("auth", whose.server().access().kind().text())
                .put("issuer", issuer)
                .put("scopes", scopes)
                .put("decision", permit.decision().text());
        if (permit.attempt().caller() instanceof Caller.OfAgent agent)
            members.put("agent", agent.agent().text()).put("task", agent.task().text());
        return recorder.durable(
                whose.tenant(), evidence.transition(KIND, how, whose.tenant(), clock.instant(), members.build()));
    }

    private static String subject(Whose whose, String how) {
        return switch (how) {
            case "registered" -> OWN;
            case "kept" -> whose.person();
            default -> whose.subject();
        };
    }

    private static Permit inUse(Permit permit) {
        if (!permit.inUse() || !(permit.action() instanceof Action.UseCredential))
            throw new IllegalArgumentException("not a permit in use for a credential");
        return permit;
    }
}
