package dev.writ.vault;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Copies;
import dev.writ.store.Plan;
import dev.writ.store.Sql;
import dev.writ.store.Store;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * What is held at other people's servers: the tokens of a person, Writ's own registrations, a person's own secrets. Each
 * lies sealed at one place, and the place is part of the seal: no other tenant, person or server opens it. Thread-safe.
 */
public final class Wallet {
    public static final int BYTES_MAX = 64 * 1024;

    static final String TABLE = """
            CREATE TABLE wallet (
              tenant text NOT NULL, subject text NOT NULL, place text NOT NULL, version bigint NOT NULL,
              master text NOT NULL, wrapped text NOT NULL, sealed text NOT NULL, kept_at bigint NOT NULL,
              PRIMARY KEY (tenant, subject, place))""";

    /**
     * Whose it is, and where it is good.
     *
     * @param subject a person's id, or a word for what is Writ's own
     * @param at the server's name, or the address of an authorization server
     */
    public record Place(Name tenant, String subject, String at) {
        public Place {
            if (subject.isEmpty() || subject.indexOf('\0') >= 0 || at.isEmpty() || at.indexOf('\0') >= 0)
                throw new IllegalArgumentException("a place has no empty part and no zero byte");
        }

        String text() {
            return "writ-wallet-v1\0" + tenant + "\0" + subject + "\0" + at;
        }
    }

    /** What lies at a place. */
    record Kept(Envelope envelope, Instant at) {}

    private final Book<Map<Place, Kept>> book;
    private final MasterKey master;
    private final RandomGenerator random;

    Wallet(Store store, Map<Place, Kept> kept, MasterKey master, RandomGenerator random) {
        this.book = new Book<>(store, kept);
        this.master = master;
        this.random = random;
    }

    /** Opens what lies at a place; reads memory only. */
    public Optional<Json.Obj> open(Place place) {
        return Optional.ofNullable(book.now().get(place))
                .map(kept -> JsonReader.readObject(
                        kept.envelope().open(master).reveal().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    /** The sealed form of what lies at a place: a new value has a new one. Reads memory only, and opens nothing. */
    public Optional<String> seal(Place place) {
        return Optional.ofNullable(book.now().get(place))
                .map(kept -> kept.envelope().sealed());
    }

    public boolean holds(Place place) {
        return book.now().containsKey(place);
    }

    /** Keeps a value under a new data key, in place of an earlier one. */
    public void keep(Place place, Json.Obj value, Instant now) {
        var secret = Secret.of(value.text());
        if (value.bytes().length > BYTES_MAX)
            throw new IllegalArgumentException("what is held has at most " + BYTES_MAX + " bytes");
        var at = now.truncatedTo(ChronoUnit.MILLIS);
        book.command(held -> {
            var old = held.get(place);
            long version = old == null ? 1 : old.envelope().version() + 1;
            var kept = new Kept(Envelope.seal(place.text(), version, secret, master, random), at);
            return Plan.of(version, keeping(place, kept));
        });
    }

    /** Forgets what lies at a place, at once; whether there was something. Throws when the database still holds it. */
    public boolean forget(Place place) {
        return forget(place, Instant.MAX);
    }

    /** As the other one, but spares what was kept after a time: a replay must not take what came later. */
    public boolean forget(Place place, Instant before) {
        var done = book.<Boolean>atOnce(
                held -> {
                    var kept = held.get(place);
                    if (kept == null || kept.at().isAfter(before)) return Plan.nothing(false);
                    return Plan.of(
                            true,
                            Change.of(
                                    all -> Copies.without(all, place),
                                    sql -> sql.change(
                                            "DELETE FROM wallet WHERE tenant = ? AND subject = ? AND place = ?",
                                            place.tenant(),
                                            place.subject(),
                                            place.at())));
                },
                _ -> {});
        return done.saved();
    }

    /** Where a subject holds something, sorted. */
    public Set<String> places(Name tenant, String subject) {
        var found = new TreeSet<String>();
        for (var place : book.now().keySet())
            if (place.tenant().equals(tenant) && place.subject().equals(subject)) found.add(place.at());
        return found;
    }

    void settle() {
        book.settle();
    }

    static Map<Place, Kept> load(Sql sql) throws SQLException {
        var found = new HashMap<Place, Kept>();
        sql.rows("SELECT * FROM wallet", row -> {
            var place = new Place(row.name("tenant"), row.text("subject"), row.text("place"));
            var envelope = new Envelope(
                    place.text(), row.integer("version"), row.text("master"), row.text("wrapped"), row.text("sealed"));
            found.put(place, new Kept(envelope, row.instant("kept_at")));
            return place;
        });
        return Map.copyOf(found);
    }

    private static Change<Map<Place, Kept>> keeping(Place place, Kept kept) {
        var envelope = kept.envelope();
        return Change.of(
                held -> Copies.with(held, place, kept),
                sql -> sql.changeOne(
                        """
                        INSERT INTO wallet (tenant, subject, place, version, master, wrapped, sealed, kept_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (tenant, subject, place) DO UPDATE SET version = excluded.version,
                          master = excluded.master, wrapped = excluded.wrapped, sealed = excluded.sealed,
                          kept_at = excluded.kept_at""",
                        place.tenant(),
                        place.subject(),
                        place.at(),
                        envelope.version(),
                        envelope.master(),
                        envelope.wrapped(),
                        envelope.sealed(),
                        kept.at()));
    }
}
