package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.base.Secret;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Copies;
import dev.writ.store.Plan;
import dev.writ.store.Row;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * The sessions of people in browsers. A session is found by the SHA-256 of 256 random bits; it ends at once in memory,
 * whatever the disk does. Thread-safe.
 */
public final class Sessions {
    static final String TABLE = """
            CREATE TABLE sessions (
              tenant text NOT NULL, id text NOT NULL, digest text NOT NULL, person text NOT NULL,
              created_at bigint NOT NULL, until bigint NOT NULL, seen bigint NOT NULL, ended_at bigint,
              PRIMARY KEY (tenant, id));
            CREATE UNIQUE INDEX sessions_by_digest ON sessions (digest)""";

    /** How many sessions of one person may be open; one more ends the oldest. */
    static final int SESSIONS_MAX = 20;

    /** For how long what a passkey has confirmed counts. */
    public static final Duration FRESH = Duration.ofMinutes(5);

    private static final int VALUE_BYTES = 32;
    private static final int VALUE_CHARS = 43;

    private final Store store;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Book<Map<Digest, Session>> book;
    private final Map<Digest, Instant> seen = new ConcurrentHashMap<>();
    private final Map<Id, Confirmed> confirmed = new ConcurrentHashMap<>();

    /** What a session's person has confirmed with a passkey, and when. */
    private record Confirmed(String purpose, Instant at) {}

    Sessions(Store store, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        var now = clock.instant();
        this.book = new Book<>(store, store.read(sql -> {
            var open = new HashMap<Digest, Session>();
            for (var session :
                    sql.rows("SELECT * FROM sessions WHERE ended_at IS NULL AND until > ?", Sessions::session, now))
                open.put(session.digest(), session);
            return Map.copyOf(open);
        }));
    }

    /** A new session, with the value of its cookie for the only time. */
    public record Opened(Session session, Secret value) {}

    public Opened open(Name tenant, Id id, Id person) {
        var bytes = new byte[VALUE_BYTES];
        random.nextBytes(bytes);
        var value = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var now = clock.instant();
        var session =
                new Session(tenant, id, digest(value), person, now, now.plus(Session.LIFE), now, Optional.empty());
        return book.command(open -> {
            var crowd = open.values().stream()
                    .filter(of(tenant, person))
                    .sorted(java.util.Comparator.comparing(Session::createdAt).reversed())
                    .skip(SESSIONS_MAX - 1L)
                    .map(old -> ending(old, now))
                    .toList();
            var changes = new java.util.ArrayList<Change<Map<Digest, Session>>>(crowd);
            changes.add(Change.of(
                    before -> Copies.with(without(before, now), session.digest(), session),
                    sql -> sql.changeOne(
                            """
                            INSERT INTO sessions (tenant, id, digest, person, created_at, until, seen)
                            VALUES (?, ?, ?, ?, ?, ?, ?)""",
                            session.tenant(),
                            session.id(),
                            session.digest(),
                            session.person(),
                            session.createdAt(),
                            session.until(),
                            session.seen())));
            return new Plan<>(new Opened(session, Secret.of(value)), changes);
        });
    }

    /** Who has a session, by its cookie's value. Reads memory only, and notes that the session is in use. */
    public Caller callerOf(String value) {
        var now = clock.instant();
        var session = inForce(value, now);
        if (session.isEmpty()) return new Caller.Unknown(Caller.Reason.NO_SUCH_KEY);
        seen.put(session.get().digest(), now);
        return caller(session.get(), Proof.SESSION);
    }

    /**
     * Who has a session and has just confirmed this with a passkey. A confirmation counts once, for its purpose and for
     * {@link #FRESH}; afterwards the person is asked again.
     */
    public Caller confirmedBy(String value, String purpose) {
        var now = clock.instant();
        var session = inForce(value, now);
        if (session.isEmpty()) return new Caller.Unknown(Caller.Reason.NO_SUCH_KEY);
        var known = confirmed.get(session.get().id());
        boolean fits = known != null
                && known.purpose().equals(purpose)
                && now.isBefore(known.at().plus(FRESH))
                && !now.isBefore(known.at())
                && confirmed.remove(session.get().id(), known);
        return fits ? caller(session.get(), Proof.PASSKEY) : new Caller.Unknown(Caller.Reason.EXPIRED);
    }

    /** Notes that a session's person has confirmed a purpose with a passkey, in place of an earlier confirmation. */
    public void confirm(Session session, String purpose) {
        confirmed.values().removeIf(old -> clock.instant().isAfter(old.at().plus(FRESH)));
        confirmed.put(session.id(), new Confirmed(purpose, clock.instant()));
    }

    /** The session itself, when it is in force. */
    public Optional<Session> session(String value) {
        return inForce(value, clock.instant());
    }

    /** Ends one session. */
    public Optional<StoreError> end(Name tenant, Id id) {
        return end(session -> session.tenant().equals(tenant) && session.id().equals(id))
                .unsaved();
    }

    /** As {@link #end}, for replaying a record: whether it was open. */
    public boolean ended(Name tenant, Id id) {
        return !end(session -> session.tenant().equals(tenant) && session.id().equals(id))
                .sessions()
                .isEmpty();
    }

    /** Ends every session of a person; those that it ended. */
    public Ended endAll(Name tenant, Id person) {
        return end(of(tenant, person));
    }

    /** Ends every session of a tenant that was begun up to a moment, or seems to be begun in the future. */
    Ended endAll(Name tenant, Instant until) {
        var now = clock.instant();
        return end(session -> session.tenant().equals(tenant)
                && (!session.createdAt().isAfter(until) || session.createdAt().isAfter(now)));
    }

    /**
     * What was ended.
     *
     * @param unsaved why the database does not hold it yet
     */
    public record Ended(List<Session> sessions, Optional<StoreError> unsaved) {}

    /** The open sessions of a person, as far as time has not ended them. */
    public List<Session> openOf(Name tenant, Id person) {
        var now = clock.instant();
        return book.now().values().stream()
                .filter(of(tenant, person))
                .filter(session -> inForce(session, now))
                .sorted(java.util.Comparator.comparing(Session::createdAt))
                .toList();
    }

    void settle() {
        book.settle();
    }

    /** Writes down when sessions were used, so that a restart does not make idle ones young again. */
    void saveSeen() {
        seen.keySet().retainAll(book.now().keySet());
        var used = Map.copyOf(seen);
        if (used.isEmpty()) return;
        store.write(sql -> {
            for (var each : used.entrySet())
                sql.change("UPDATE sessions SET seen = ? WHERE digest = ?", each.getValue(), each.getKey());
            return used.size();
        });
    }

    private Ended end(Predicate<Session> which) {
        var now = clock.instant();
        var done = book.atOnce(
                open -> {
                    var ended = open.values().stream().filter(which).toList();
                    return new Plan<>(
                            ended,
                            ended.stream().map(session -> ending(session, now)).toList());
                },
                ended -> ended.forEach(session -> {
                    confirmed.remove(session.id());
                    seen.remove(session.digest());
                }));
        return new Ended(done.answer(), done.unsaved());
    }

    private static Change<Map<Digest, Session>> ending(Session session, Instant at) {
        return Change.of(
                open -> {
                    var fewer = new HashMap<>(open);
                    fewer.remove(session.digest());
                    return Map.copyOf(fewer);
                },
                sql -> sql.change(
                        "UPDATE sessions SET ended_at = ? WHERE tenant = ? AND id = ? AND ended_at IS NULL",
                        at,
                        session.tenant(),
                        session.id()));
    }

    private Optional<Session> inForce(String value, Instant now) {
        if (value.length() != VALUE_CHARS) return Optional.empty();
        return Optional.ofNullable(book.now().get(digest(value))).filter(session -> inForce(session, now));
    }

    private boolean inForce(Session session, Instant now) {
        var last = seen.getOrDefault(session.digest(), session.seen());
        return now.isBefore(session.until()) && now.isBefore(last.plus(Session.IDLE));
    }

    private static Caller caller(Session session, Proof proof) {
        return new Caller.PersonCaller(session.tenant(), session.person(), session.id(), proof);
    }

    /** Without those that time has ended: they cannot come back, and memory is not theirs. */
    private Map<Digest, Session> without(Map<Digest, Session> open, Instant now) {
        if (open.values().stream().allMatch(session -> inForce(session, now))) return open;
        var kept = new HashMap<>(open);
        kept.values().removeIf(session -> !inForce(session, now));
        return Map.copyOf(kept);
    }

    private static Predicate<Session> of(Name tenant, Id person) {
        return session -> session.tenant().equals(tenant) && session.person().equals(person);
    }

    private static Digest digest(String value) {
        return Digest.of(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static Session session(Row row) throws SQLException {
        return new Session(
                row.name("tenant"),
                row.id("id"),
                row.digest("digest"),
                row.id("person"),
                row.instant("created_at"),
                row.instant("until"),
                row.instant("seen"),
                row.optionalInstant("ended_at"));
    }
}
