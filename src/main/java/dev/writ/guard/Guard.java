package dev.writ.guard;

import dev.writ.authority.Authority;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.identity.Grant;
import dev.writ.identity.Identity;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.Reserve;
import dev.writ.registry.Registry;
import dev.writ.vault.Vault;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The one door. Whoever wants something done makes an {@link Attempt}; {@link #admit} answers with a {@link Verdict}
 * whose record is already on disk. A permit is used once ({@link #use}) and settled once ({@link #settle}). Thread-safe.
 */
public final class Guard implements AutoCloseable {
    /** The operation by which an administrator looks at a server before its tools are approved. */
    public static final String INSPECT = "server:inspect";

    private static final System.Logger LOG = System.getLogger(Guard.class.getName());

    private final Callers callers;
    private final Authority authority;
    private final Ledger ledger;
    private final InstantSource clock;
    private final Ids ids;
    private final Evidence evidence;
    private final Recorder recorder;
    private final Transitions transitions;
    private final Journal journal;
    private final Standings standings;
    private final AgentAdmission agents;
    private final DelegationAdmission delegations;
    private final PersonAdmission people;
    private final Shown shown;
    private final Rehearsal rehearsal;
    private final Streams streams = new Streams();
    private final Door door;
    private final Waiting waiting = new Waiting();
    private final Refusals refusals;
    private final LedgerWatch watch;
    private final Votes votes;
    private final Uses uses;
    private final Credentials credentials;
    private final Tokens tokens;

    /** What guard joins; each knows nothing of the others. */
    public record Parts(
            Identity identity,
            Registry registry,
            Authority authority,
            Policies policies,
            Ledger ledger,
            Vault vault,
            Issuing issuing) {}

    /**
     * @param node which node writes the records
     * @param custody {@code separate}, or {@code shared-user} where agents run as the same system user as we do
     * @param quota how much evidence refused attempts may cause
     */
    public Guard(
            Parts parts,
            Name node,
            String custody,
            Ids ids,
            InstantSource clock,
            Journal journal,
            Reserve reserve,
            RefusalQuota quota) {
        this.ids = ids;
        this.door = new Door(clock);
        var places = new Places(parts.issuing().base(), parts.issuing().aliases());
        this.callers = new Callers(parts.identity(), parts.issuing(), places, clock);
        this.authority = parts.authority();
        this.clock = clock;
        this.evidence = new Evidence(node, ids, custody, parts.ledger()::witnessed);
        this.ledger = parts.ledger();
        this.journal = journal;
        this.recorder = new Recorder(ledger, journal, reserve);
        this.transitions = new Transitions(recorder, evidence, journal, clock);
        this.standings = new Standings(parts.registry(), authority, parts.identity());
        this.refusals = new Refusals(recorder, evidence, quota, ids, clock);
        this.watch = new LedgerWatch(
                () -> parts.ledger().closedBecause().isPresent(), parts.ledger()::batchInHand, streams::cutAll);
        var covered = new Covered(parts.vault());
        this.agents = new AgentAdmission(
                standings, parts.policies(), authority, recorder, evidence, refusals, covered, ids, clock);
        this.delegations = new DelegationAdmission(
                standings, parts.policies(), authority, recorder, evidence, refusals, ids, clock);
        this.people = new PersonAdmission(standings, parts.policies(), recorder, evidence, refusals, ids, clock);
        this.votes = new Votes(standings, authority, recorder, evidence, waiting, clock);
        this.credentials = new Credentials(standings, parts, recorder, evidence, clock);
        this.uses = new Uses(standings, credentials, clock);
        this.shown = new Shown(standings, agents, parts.registry(), recorder, evidence);
        this.rehearsal = new Rehearsal(standings, agents, parts.policies(), clock);
        this.tokens = Tokens.of(this, parts, standings, callers, places, recorder, evidence, ids, clock);
        authority.onRevoked(streams::cut);
        recorder.closeOpenIntents(evidence, clock.instant());
    }

    /** Who calls with what is shown; empty for anything that is not in force. Reads memory only. */
    public Optional<Caller> callerOf(Presented presented) {
        return callers.of(presented).known();
    }

    /** As {@link #callerOf}, with what is missing where it is nobody. */
    public Recognised recognise(Presented presented) {
        return callers.of(presented);
    }

    /** Minting, revoking and looking at tokens. */
    public Tokens tokens() {
        return tokens;
    }

    /** Who has a session in a browser, by its cookie's value; empty when it is not in force. Reads memory only. */
    public Optional<Caller.OfPerson> signedIn(String cookie) {
        return callers.ofSession(cookie);
    }

    /**
     * As {@link #signedIn}, for a person who has confirmed this purpose with a passkey in the last five minutes: the
     * caller's proof is {@code passkey}. A confirmation counts once.
     */
    public Optional<Caller.OfPerson> confirmed(String cookie, String purpose) {
        return callers.confirmed(cookie, purpose);
    }

    /** The tenant of an Authorization header's credential, if it is in force: for sharing out room, not for deciding. */
    public Optional<Name> tenantOf(Optional<String> authorization) {
        return callers.tenantOf(authorization);
    }

    /** What was turned away without a record of its own, since the start. */
    public TurnedAway turnedAway(Name tenant) {
        return new TurnedAway(callers.unknown(), refusals.folded(tenant));
    }

    /** What must be done every second: due counts become records, and streams end where nothing can be proved. */
    public void tick() {
        refusals.flush();
        watch.look(clock.instant());
        for (var tenant : ledger.tenants()) if (ledger.contradiction(tenant).isPresent()) streams.cutTenant(tenant);
    }

    /** Writes the counts that wait; to be called before the ledger closes. */
    @Override
    public void close() {
        refusals.close();
    }

    /** Decides, records, answers. When the record cannot be written the answer is a refusal. */
    public Verdict admit(Attempt attempt) {
        if (watch.stuck())
            return new Refusal(
                    ids.next("dec"), new Refusal.Unavailable("the ledger cannot be written"), Optional.empty());
        var doubt = journal.doubt();
        if (doubt.isPresent()) return refused(attempt, doubt.get());
        return closed(attempt, () -> switch (attempt.caller()) {
            case Caller.OfAgent agent -> ofAgent(agent, attempt);
            case Caller.OfPerson person -> ofPerson(person, attempt);
        });
    }

    /**
     * As {@link #admit}, for a thread that must not wait: decides now, from memory, and has {@code then} told on {@code
     * on} once the record is on disk; all that one commit made durable is told in one turn of {@code on}. False when the
     * decision takes more than memory: a refusal, an approval asked for or used up, a label that the task has not yet, a
     * budget to be leased, a person's attempt; or what the server is to be shown takes more, a token to be got, say. Then nothing has happened, and admit is to be asked on a thread that may wait.
     */
    public boolean admitSoon(Attempt attempt, Executor on, Consumer<Verdict> then) {
        if (!(attempt.caller() instanceof Caller.OfAgent agent)) return false;
        if (watch.stuck()
                || journal.doubt().isPresent()
                || ledger.unwitnessed(agent.tenant()).isPresent()
                || !credentials.atHand(attempt)) return false;
        try {
            return agents.admitSoon(agent, attempt, on, then);
        } catch (RuntimeException e) {
            // The thread that may wait meets the same fault and records the refusal.
            return false;
        }
    }

    /** Nothing new may rest on a log that nobody else vouches for in time, or that a witness contradicts. */
    private Verdict ofAgent(Caller.OfAgent agent, Attempt attempt) {
        var unwitnessed = ledger.unwitnessed(agent.tenant());
        if (unwitnessed.isPresent()) return refused(attempt, unwitnessed.get());
        return DelegationAdmission.decides(attempt.action())
                ? delegations.admit(agent, attempt)
                : agents.admit(agent, attempt);
    }

    /** People repair what lags; under a contradiction they may only look, and take authority away. */
    private Verdict ofPerson(Caller.OfPerson person, Attempt attempt) {
        var contradiction = ledger.contradiction(person.tenant());
        return contradiction.isPresent() && !(attempt.action() instanceof Action.ReadEvidence)
                ? refused(attempt, contradiction.get())
                : people.admit(person, attempt);
    }

    /** As {@link #admit} for taking authority away: it is decided now, and its record is not waited for. */
    public Verdict admitAtOnce(Attempt attempt) {
        return closed(attempt, () -> switch (attempt.caller()) {
            case Caller.OfAgent agent -> ofAgent(agent, attempt);
            case Caller.OfPerson person -> people.admitAtOnce(person, attempt);
        });
    }

    /** A decision that breaks is a refusal with a record: whatever the fault, nothing passes. */
    private Verdict closed(Attempt attempt, Supplier<Verdict> decision) {
        try {
            return decision.get();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a decision failed and was refused", e);
            return refused(attempt, "the decision failed");
        }
    }

    /** Refuses, and records, an attempt that cannot be decided now because something it needs to know is missing. */
    public Refusal refused(Attempt attempt, String why) {
        return refused(attempt, new Refusal.Unavailable(why));
    }

    /** Refuses, and records, an attempt whose fault is plain before anything is decided. */
    public Refusal refused(Attempt attempt, Refusal.Reason reason) {
        return switch (attempt.caller()) {
            case Caller.OfAgent agent -> agents.refuse(agent, attempt, clock.instant(), reason, Optional.empty());
            case Caller.OfPerson person -> people.refuse(person, attempt, clock.instant(), reason);
        };
    }

    /** Why an agent can do nothing with a server now, if that is so; looks, decides nothing, records nothing. */
    public Optional<Refusal.Reason> barred(Caller.OfAgent caller, Name server) {
        return standings.of(caller, server, clock.instant()) instanceof Standings.Found.No(var reason, var _)
                ? Optional.of(reason)
                : ledger.contradiction(caller.tenant()).map(Refusal.Unavailable::new);
    }

    /** Whether a permit is still good when the first byte is due. */
    public sealed interface Use {
        /**
         * @param credentials what to inject: header or variable → value
         * @param token what to show beside them, with a proof for each request where it is bound to a key
         * @param source what it was read from, where it can be shown again as long as that is the same
         */
        record Go(Map<String, String> credentials, Optional<Holding> token, Optional<Source> source) implements Use {
            /** Nothing to show. */
            public static final Go BARE = new Go(Map.of(), Optional.empty(), Optional.empty());

            public Go {
                credentials = Map.copyOf(credentials);
            }

            @Override
            public String toString() {
                return "Go[" + credentials.size() + " credentials]";
            }
        }

        record Stop(Refusal.Reason reason) implements Use {}
    }

    /** Uses a permit: checks once more everything that may have changed since, and opens the credential. */
    public Use use(Permit permit) {
        return useAgain(permit, Use.Go.BARE);
    }

    /**
     * As {@link #use}, for a server that was shown something before: as long as nothing of that has changed it is shown the
     * same, and the vault stays closed.
     */
    public Use useAgain(Permit permit, Use.Go before) {
        return permit.markUsed()
                ? uses.checked(permit, before)
                : new Use.Stop(new Refusal.NotAllowed("this permit is used"));
    }

    /** As {@link #use} for a permit in use whose server turned the credential away before it did anything. */
    public Use again(Permit permit) {
        return permit.inUse()
                ? uses.checked(permit, Use.Go.BARE)
                : new Use.Stop(new Refusal.NotAllowed("this permit is settled"));
    }

    /** Records what came of a permit; a second settlement changes nothing. */
    public void settle(Permit permit, Outcome outcome) {
        if (!permit.markSettled()) return;
        permit.reservation()
                .ifPresent(reservation ->
                        authority.budgets().settle(reservation, outcome.status() != Outcome.Status.NOT_SENT));
        recorder.begin(evidence.outcome(permit, outcome, clock.instant()));
    }

    /**
     * Records a change that a permit in use allows, before it is made. False when it is not on disk: then the change is
     * not made.
     */
    public boolean record(Permit permit, Transition transition) {
        return transitions.record(permit, transition);
    }

    /** Records a change that was made already: one that takes authority away, and waits for no disk. */
    public void recordAfter(Permit permit, Transition transition) {
        transitions.recordAfter(permit, transition);
    }

    /** Puts a record of an earlier life, which was kept in the reserve, where it belongs; whether it is on disk. */
    public boolean recordLate(Name tenant, Json.Obj record) {
        return recorder.durable(tenant, evidence.late(record));
    }

    /** Runs what records a change and makes it: a start then knows that the one without the other is unfinished. */
    public <T> T changing(Name tenant, Supplier<T> work) {
        return recorder.changing(tenant, work);
    }

    /** Records a change that nobody attempted: a tenant's first start, or what the clock ended. */
    public boolean recordOwn(Name tenant, String by, Transition transition) {
        return transitions.recordOwn(tenant, by, transition);
    }

    /** What servers are shown of their callers, and where it comes from. */
    public Credentials credentials() {
        return credentials;
    }

    /** What would become of a call, for people who wonder: decided like a call, but nothing is recorded or charged. */
    public Rehearsal rehearsal() {
        return rehearsal;
    }

    /** A moment as records write it. */
    public static String time(java.time.Instant instant) {
        return Evidence.time(instant);
    }

    /**
     * What an agent may see of a server's list. For tools the answer is first held against the pins, and a tool whose
     * definition changed is no longer shown.
     */
    public List<Json> shown(Permit permit, List<Json> items) {
        if (!(permit.attempt().caller() instanceof Caller.OfAgent caller)
                || !(permit.action() instanceof Action.ListItems list))
            throw new IllegalArgumentException("not a permit to list");
        return shown.of(caller, list, items, clock.instant());
    }

    /** A server's tools as they were approved, for an agent that lists them while the server cannot be reached. */
    public List<Json> approved(Permit permit) {
        return shown.approved(permit, clock.instant());
    }

    /**
     * Whether a resource may be read only when its server lists exactly this URI, and has not yet been seen to: whoever
     * wants to read it lists the server's resources first.
     */
    public boolean listFirst(Caller.OfAgent caller, Name server, String uri) {
        return agents.listed.unknown(caller, server, uri);
    }

    /** The pinned definition of a tool that an agent may see; empty for any other name, whatever the reason. */
    public Optional<Json.Obj> definition(Caller.OfAgent caller, Name server, String tool) {
        return shown.definition(caller, server, tool, clock.instant());
    }

    /** Names what of a server's tools an agent may see now: another digest, another list. */
    public Digest toolsShown(Caller.OfAgent caller, Name server) {
        return shown.tools(caller, server, clock.instant());
    }

    /** Whether a server is there for an agent now: looks, decides nothing, records nothing. */
    public boolean serverShown(Caller.OfAgent caller, Name server) {
        return shown.server(caller, server, clock.instant());
    }

    /** The servers that are there for an agent now, in the order of their names. */
    public List<Name> serversShown(Caller.OfAgent caller) {
        return shown.servers(caller, clock.instant());
    }

    /** The names of a server's approved tools, whether an agent may see them or not. */
    public List<String> toolNames(Caller.OfAgent caller, Name server) {
        return shown.toolNames(caller, server);
    }

    /** Whether policy could let an agent read a resource now. */
    public boolean resourceShown(Caller.OfAgent caller, Name server, String uri) {
        return shown.resource(caller, server, uri, clock.instant());
    }

    /** Takes notice of a server's tools for an administrator, who looks at it before anything is approved. */
    public void inspected(Permit permit, List<Json> definitions) {
        var server = permit.target().orElseThrow().server();
        shown.seen(permit.attempt().caller().tenant(), server, definitions, clock.instant());
    }

    /**
     * Has {@code cut} run once, at once, when the caller's task, agent or person loses authority or the server is cut
     * off; now, when that has happened already. Running the answer takes it back.
     */
    public Runnable watch(Caller.OfAgent caller, Name server, Runnable cut) {
        var taken = streams.watch(caller, server, cut);
        if (standings.of(caller, server, clock.instant()) instanceof Standings.Found.No)
            streams.cutKey(caller.tenant(), caller.key());
        return taken;
    }

    /** Cuts what is open under a key or grant that has just been revoked. */
    public void cut(Name tenant, Id key) {
        streams.cutKey(tenant, key);
    }

    public Door door() {
        return door;
    }

    /** Completes when somebody votes on an approval; the same attempt then finds out what that means. */
    public CompletableFuture<Void> nextVote(Name tenant, Id approval) {
        return waiting.on(tenant, approval);
    }

    /** A person's yes or no to one action. The record comes first; then the vote counts. */
    public Voted vote(Caller.OfPerson caller, Id approval, boolean approve, String reason) {
        return votes.vote(this, caller, approval, approve, reason);
    }

    /** Ends what is open under grants that were revoked. */
    void cutGrants(List<Grant> grants) {
        for (var grant : grants) streams.cutKey(grant.tenant(), grant.id());
    }
}
