package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.base.Secret;
import dev.writ.identity.Key.AgentKey;
import dev.writ.identity.Key.PersonKey;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Plan;
import dev.writ.store.Schema;
import dev.writ.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** Makes keys, revokes them, and tells from a key who is calling. Thread-safe. */
public final class Identity implements AutoCloseable {
    /** How many keys of one agent for one task, or of one person, may be in force. */
    public static final int KEYS_MAX = 20;

    private static final int WHYS_MAX = 10_000;
    /** For how long keys that are over stay in memory, so that their use is told from that of unknown ones. */
    public static final Duration KEPT = Duration.ofDays(7);

    private final Store store;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Book<Keys> book;
    private final Sessions sessions;
    private final Passkeys passkeys;
    private final SignInLinks links;
    private final Notices notices;
    private final Proposals proposals;
    private final Providers providers;
    private final Grants grants;
    private final Trusts trusts;
    private final Map<Id, Instant> lastUsed = new ConcurrentHashMap<>();
    private final Map<Id, String> whys = new ConcurrentHashMap<>();

    /** @param random must be unpredictable: keys are made of it */
    public Identity(Store store, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        var since = clock.instant().minus(KEPT);
        this.book = new Book<>(store, store.read(sql -> Tables.load(sql, since)));
        this.sessions = new Sessions(store, clock, random);
        this.passkeys = new Passkeys(store, clock, random);
        this.links = new SignInLinks(store, clock, random);
        this.notices = new Notices(store, clock);
        this.proposals = new Proposals(store, clock);
        this.providers = new Providers(store, clock, random);
        this.grants = new Grants(store, clock, random);
        this.trusts = new Trusts(store, clock);
    }

    public static Schema schema() {
        return Tables.SCHEMA;
    }

    /** The sessions of people in browsers. */
    public Sessions sessions() {
        return sessions;
    }

    /** Whether there is anything with which a person can show who he or she is. */
    public boolean recognises(Name tenant, Id person) {
        return keys(tenant).stream()
                        .anyMatch(key -> key instanceof PersonKey each
                                && each.person().equals(person)
                                && each.revokedAt().isEmpty())
                || !passkeys.of(tenant, person).isEmpty()
                || providers.linked(tenant, person);
    }

    public Passkeys passkeys() {
        return passkeys;
    }

    public SignInLinks links() {
        return links;
    }

    public Notices notices() {
        return notices;
    }

    public Providers providers() {
        return providers;
    }

    public Proposals proposals() {
        return proposals;
    }

    /** Whose signed word is taken for which agent. */
    public Trusts trusts() {
        return trusts;
    }

    /** What tokens hang on; it ends and is revoked together with keys. */
    public Grants grants() {
        return grants;
    }

    /**
     * Who calls with a credential. Reads memory only.
     *
     * @param bearer the credential alone, without a scheme in front of it
     */
    public Caller callerOf(Optional<String> bearer) {
        if (bearer.isEmpty()) return unknown(Caller.Reason.NO_CREDENTIAL);
        var digest = KeyText.digestOf(bearer.get());
        if (digest.isEmpty()) return unknown(Caller.Reason.MALFORMED);
        var found = book.now().find(digest.get());
        if (found.isEmpty()) return unknown(Caller.Reason.NO_SUCH_KEY);
        if (found.get().revokedAt().isPresent()) return unknown(Caller.Reason.REVOKED);
        var now = clock.instant();
        var caller = caller(found.get(), now);
        if (!(caller instanceof Caller.Unknown)) lastUsed.put(found.get().id(), now);
        return caller;
    }

    /** Makes a key for an agent and a task; the text is in the answer and nowhere else. */
    public Issue issueForAgent(Name tenant, Id id, Name agent, Id task) {
        var text = KeyText.next("agent", random);
        var key = new AgentKey(
                tenant, id, KeyText.digest(text), agent, task, clock.instant(), Optional.empty(), Optional.empty());
        return issue(key, text, of(tenant, agent).and(ofTask(tenant, task)));
    }

    /** Makes a command-line credential for a person. */
    public Issue issueForPerson(Name tenant, Id id, Id person) {
        var text = KeyText.next("person", random);
        var key = new PersonKey(tenant, id, KeyText.digest(text), person, clock.instant(), Optional.empty());
        return issue(key, text, of(tenant, person));
    }

    /** From now on the keys and grants of a task are good for a day, to be told that it has ended. */
    public Revoking endTask(Name tenant, Id task) {
        var at = clock.instant();
        var also = grants.endTask(tenant, task);
        return change(
                        ofTask(tenant, task),
                        key -> key instanceof AgentKey agent ? agent.ended(at) : key,
                        Change.of(
                                keys -> keys,
                                sql -> sql.change(
                                        "UPDATE keys SET ended_at = ? WHERE tenant = ? AND task = ? AND ended_at IS NULL",
                                        at,
                                        tenant,
                                        task)))
                .with(also);
    }

    /** Revokes every key and grant of an agent. */
    public Revoking revokeAgent(Name tenant, Name agent) {
        var at = clock.instant();
        var also = grants.revokeAgent(tenant, agent);
        return change(
                        of(tenant, agent),
                        key -> key.revoked(at),
                        Change.of(
                                keys -> keys,
                                sql -> sql.change(
                                        "UPDATE keys SET revoked_at = ? WHERE tenant = ? AND agent = ? AND revoked_at IS NULL",
                                        at,
                                        tenant,
                                        agent)))
                .with(also);
    }

    /** Revokes every key of a person. */
    public Revoking revokePerson(Name tenant, Id person) {
        var at = clock.instant();
        return change(
                of(tenant, person),
                key -> key.revoked(at),
                Change.of(
                        keys -> keys,
                        sql -> sql.change(
                                "UPDATE keys SET revoked_at = ? WHERE tenant = ? AND person = ? AND revoked_at IS NULL",
                                at,
                                tenant,
                                person)));
    }

    /**
     * Ends whatever lets anybody in to a tenant that was made up to a moment, agents and people: keys, grants, sessions,
     * one-time links, and changes that wait for a second person. For after a restore. What seems to be made in the future is
     * of a time when the clock was wrong, and goes with them.
     */
    public Revoking revokeAll(Name tenant, Instant until) {
        var at = clock.instant();
        var also = grants.revokeAll(tenant, until);
        var ended = sessions.endAll(tenant, until);
        links.endAll(tenant, until);
        proposals.endAll(tenant, until);
        return change(
                        key -> key.tenant().equals(tenant)
                                && (!key.createdAt().isAfter(until)
                                        || key.createdAt().isAfter(at)),
                        key -> key.revoked(at),
                        Change.of(keys -> keys, sql -> sql.change("""
                                UPDATE keys SET revoked_at = ?
                                WHERE tenant = ? AND (created_at <= ? OR created_at > ?) AND revoked_at IS NULL""", at, tenant, until, at)))
                .with(also)
                .with(ended);
    }

    /**
     * As {@link #revoke(Name, Id)}, and remembers why for as long as this process may still answer what came with the key
     * before; {@link #whyRevoked} tells it.
     */
    public Revoking revoke(Name tenant, Id id, String why) {
        // First: whoever sees the key revoked is to find the reason.
        if (key(tenant, id).filter(key -> key.revokedAt().isEmpty()).isPresent()) {
            if (whys.size() >= WHYS_MAX) whys.clear();
            whys.put(id, why);
        }
        return revoke(tenant, id);
    }

    /** Why a key was revoked since the start, where that was said. */
    public Optional<String> whyRevoked(Name tenant, Id id) {
        return revoked(tenant, id) ? Optional.ofNullable(whys.get(id)) : Optional.empty();
    }

    /** Revokes one key; an unknown one, or one of another tenant, changes nothing. */
    public Revoking revoke(Name tenant, Id id) {
        var at = clock.instant();
        return change(
                key -> key.tenant().equals(tenant) && key.id().equals(id),
                key -> key.revoked(at),
                Change.of(
                        keys -> keys,
                        sql -> sql.change(
                                "UPDATE keys SET revoked_at = ? WHERE tenant = ? AND id = ? AND revoked_at IS NULL",
                                at,
                                tenant,
                                id)));
    }

    /** Returns when the database holds everything that is seen, and throws when it cannot. */
    public void settle() {
        book.settle();
        sessions.settle();
        grants.settle();
        trusts.settle();
    }

    public Optional<Key> key(Name tenant, Id id) {
        return book.now().find(id).filter(key -> key.tenant().equals(tenant));
    }

    /** Whether a key was taken back; one that is not known is none that was. */
    public boolean revoked(Name tenant, Id id) {
        return key(tenant, id).flatMap(Key::revokedAt).isPresent();
    }

    public List<Key> keys(Name tenant) {
        return book.now().byDigest().values().stream()
                .filter(key -> key.tenant().equals(tenant))
                .sorted(Comparator.comparing(Key::id))
                .toList();
    }

    /** When a key was last used, as far as this process and the database know. */
    public Optional<Instant> lastUsed(Name tenant, Id id) {
        if (key(tenant, id).isEmpty()) return Optional.empty();
        var recent = Optional.ofNullable(lastUsed.get(id));
        if (recent.isPresent()) return recent;
        return store.read(sql -> sql.row(
                        "SELECT last_used FROM keys WHERE tenant = ? AND id = ?",
                        row -> row.optionalInstant("last_used"),
                        tenant,
                        id))
                .flatMap(at -> at);
    }

    /** Writes down when keys were used; called now and then, for a look-up never touches the disk. */
    public void saveLastUsed() {
        sessions.saveSeen();
        var used = Map.copyOf(lastUsed);
        if (used.isEmpty()) return;
        store.write(sql -> {
            for (var each : used.entrySet())
                sql.change("UPDATE keys SET last_used = ? WHERE id = ?", each.getValue(), each.getKey());
            return used.size();
        });
        used.forEach(lastUsed::remove);
    }

    @Override
    public void close() {
        saveLastUsed();
    }

    private static Caller caller(Key key, Instant now) {
        return switch (key) {
            case AgentKey agent -> {
                boolean gone = agent.endedAt()
                        .filter(end -> !now.isBefore(end.plus(AgentKey.FAREWELL)))
                        .isPresent();
                yield gone
                        ? unknown(Caller.Reason.EXPIRED)
                        : new Caller.AgentCaller(
                                agent.tenant(),
                                agent.agent(),
                                agent.task(),
                                agent.id(),
                                Binding.NONE,
                                agent.endedAt().isPresent());
            }
            case PersonKey person -> new Caller.PersonCaller(person.tenant(), person.person(), person.id(), Proof.CLI);
        };
    }

    private static Caller unknown(Caller.Reason reason) {
        return new Caller.Unknown(reason);
    }

    private Issue issue(Key key, Secret text, Predicate<Key> sameHolder) {
        return book.command(now -> {
            var known = now.find(key.id());
            if (known.isPresent()) return Plan.nothing(new Issue.AlreadyExists(known.get()));
            long inForce = now.byDigest().values().stream()
                    .filter(sameHolder)
                    .filter(each -> each.revokedAt().isEmpty())
                    .count();
            var since = clock.instant().minus(KEPT);
            if (inForce >= KEYS_MAX) return Plan.nothing(new Issue.TooMany());
            return Plan.of(
                    new Issue.Issued(key, text),
                    Change.of(keys -> keys.since(since).with(key), sql -> Tables.insert(sql, key)));
        });
    }

    private Revoking change(Predicate<Key> which, UnaryOperator<Key> how, Change<Keys> saving) {
        var done = book.atOnce(
                now -> {
                    var changed = now.byDigest().values().stream()
                            .filter(key -> which.test(key) && !how.apply(key).equals(key))
                            .map(how)
                            .toList();
                    Change<Keys> inMemory =
                            Change.of(keys -> keys.changed(key -> which.test(key) ? how.apply(key) : key), _ -> {});
                    return changed.isEmpty()
                            ? Plan.<Keys, List<Key>>nothing(changed)
                            : new Plan<>(changed, List.of(inMemory, saving));
                },
                _ -> {});
        return new Revoking(done.answer(), done.unsaved());
    }

    private static Predicate<Key> of(Name tenant, Name agent) {
        return key -> key.tenant().equals(tenant)
                && key instanceof AgentKey each
                && each.agent().equals(agent);
    }

    private static Predicate<Key> ofTask(Name tenant, Id task) {
        return key -> key.tenant().equals(tenant)
                && key instanceof AgentKey each
                && each.task().equals(task);
    }

    private static Predicate<Key> of(Name tenant, Id person) {
        return key -> key.tenant().equals(tenant)
                && key instanceof PersonKey each
                && each.person().equals(person);
    }
}
