package dev.writ.vault;

import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Copies;
import dev.writ.store.Plan;
import dev.writ.store.Schema;
import dev.writ.store.Sql;
import dev.writ.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Static secrets for servers, by tenant and name. Memory holds them sealed and opens one at a time. Thread-safe. */
public final class Vault {
    public static final int SECRET_BYTES_MAX = 16 * 1024;
    private static final String KEY_FILE = "vault.key";

    private static final Schema SCHEMA = new Schema("vault", List.of("""
            CREATE TABLE secrets (
              tenant text NOT NULL, name text NOT NULL, version bigint NOT NULL, master text NOT NULL,
              wrapped text NOT NULL, sealed text NOT NULL,
              PRIMARY KEY (tenant, name))""", Wallet.TABLE));

    private final Book<Map<Place, Envelope>> book;
    private final MasterKey master;
    private final RandomGenerator random;

    private final Wallet wallet;

    private record Place(Name tenant, Name name) {
        /** What an envelope is bound to. */
        String text() {
            return "writ-vault-v1\0" + tenant + "\0" + name;
        }
    }

    private Vault(
            Store store, Map<Place, Envelope> envelopes, Wallet wallet, MasterKey master, RandomGenerator random) {
        this.book = new Book<>(store, envelopes);
        this.wallet = wallet;
        this.master = master;
        this.random = random;
    }

    public static Schema schema() {
        return SCHEMA;
    }

    /**
     * Opens the vault. The master key is made when there is neither a key nor a secret, never otherwise.
     *
     * @param keys the folder of the master key; it exists
     * @param random must be unpredictable: keys are made of it
     */
    public static Vault open(Store store, Path keys, RandomGenerator random) {
        var envelopes = store.read(Vault::load);
        var file = keys.resolve(KEY_FILE);
        var held = store.read(Wallet::load);
        boolean first = envelopes.isEmpty() && held.isEmpty() && Files.notExists(file);
        var master = first ? MasterKey.create(file, random) : MasterKey.read(file);
        for (var envelope : envelopes.values()) envelope.require(master);
        for (var kept : held.values()) kept.envelope().require(master);
        return new Vault(store, envelopes, new Wallet(store, held, master, random), master, random);
    }

    /** What is held for persons and for Writ itself at other people's servers. */
    public Wallet wallet() {
        return wallet;
    }

    public Keeping put(Name tenant, Name name, Secret secret) {
        var place = new Place(tenant, name);
        checkSize(secret);
        return book.command(now -> now.containsKey(place)
                ? Plan.nothing(new Keeping.AlreadyExists())
                : kept(place, Envelope.seal(place.text(), 1, secret, master, random)));
    }

    /** Replaces a secret under a new data key; the old one is gone. */
    public Keeping rotate(Name tenant, Name name, Secret secret) {
        var place = new Place(tenant, name);
        checkSize(secret);
        return book.command(now -> {
            var old = now.get(place);
            if (old == null) return Plan.nothing(new Keeping.NotFound());
            return kept(place, Envelope.seal(place.text(), old.version() + 1, secret, master, random));
        });
    }

    /** Returns when the database holds everything that is seen, and throws when it cannot. */
    public void settle() {
        book.settle();
        wallet.settle();
    }

    /** Opens a secret; reads memory only. */
    public Keeping reveal(Name tenant, Name name) {
        var envelope = book.now().get(new Place(tenant, name));
        return envelope == null
                ? new Keeping.NotFound()
                : new Keeping.Revealed(envelope.open(master), envelope.version());
    }

    /** The sealed form of a secret: a new value has a new one. Reads memory only, and opens nothing. */
    public Optional<String> seal(Name tenant, Name name) {
        return Optional.ofNullable(book.now().get(new Place(tenant, name))).map(Envelope::sealed);
    }

    /** Deletes a secret, at once; throws when the database still holds it. */
    public Keeping delete(Name tenant, Name name) {
        var place = new Place(tenant, name);
        var done = book.<Keeping>atOnce(
                now -> {
                    if (!now.containsKey(place)) return Plan.nothing(new Keeping.NotFound());
                    return Plan.of(
                            new Keeping.Deleted(),
                            Change.of(
                                    secrets -> Copies.without(secrets, place),
                                    sql -> sql.change(
                                            "DELETE FROM secrets WHERE tenant = ? AND name = ?", tenant, name)));
                },
                _ -> {});
        return done.saved();
    }

    /**
     * Encrypts what lies elsewhere in the database under a key of its tenant, in base64.
     *
     * @param subject what it belongs to: it opens only with the same one
     */
    public String cover(Name tenant, byte[] subject, byte[] plain) {
        return Base64.getEncoder()
                .encodeToString(Gcm.seal(coverKey(tenant), plain, Covers.bound(tenant, subject), random));
    }

    /** @throws VaultError when this is not what was encrypted for this tenant and subject */
    public byte[] uncover(Name tenant, byte[] subject, String covered) {
        try {
            return Gcm.open(coverKey(tenant), Base64.getDecoder().decode(covered), Covers.bound(tenant, subject));
        } catch (IllegalArgumentException e) {
            throw new VaultError(VaultError.Code.TAMPERED, "what was encrypted is no longer text", e);
        }
    }

    private byte[] coverKey(Name tenant) {
        return Covers.key(master, tenant);
    }

    /** The names of a tenant's secrets, sorted. */
    public Set<Name> names(Name tenant) {
        var names = new TreeSet<Name>();
        for (var place : book.now().keySet()) if (place.tenant().equals(tenant)) names.add(place.name());
        return names;
    }

    private static Map<Place, Envelope> load(Sql sql) throws SQLException {
        var found = new HashMap<Place, Envelope>();
        sql.rows("SELECT * FROM secrets", row -> {
            var place = new Place(row.name("tenant"), row.name("name"));
            found.put(
                    place,
                    new Envelope(
                            place.text(),
                            row.integer("version"),
                            row.text("master"),
                            row.text("wrapped"),
                            row.text("sealed")));
            return place;
        });
        return Map.copyOf(found);
    }

    private static Plan<Map<Place, Envelope>, Keeping> kept(Place place, Envelope envelope) {
        return Plan.of(
                new Keeping.Kept(envelope.version()),
                Change.of(
                        secrets -> Copies.with(secrets, place, envelope),
                        sql -> sql.changeOne(
                                """
                                INSERT INTO secrets (tenant, name, version, master, wrapped, sealed)
                                VALUES (?, ?, ?, ?, ?, ?)
                                ON CONFLICT (tenant, name) DO UPDATE SET version = excluded.version,
                                  master = excluded.master, wrapped = excluded.wrapped, sealed = excluded.sealed""",
                                place.tenant(),
                                place.name(),
                                envelope.version(),
                                envelope.master(),
                                envelope.wrapped(),
                                envelope.sealed())));
    }

    private static void checkSize(Secret secret) {
        int bytes = secret.reveal().getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > SECRET_BYTES_MAX)
            throw new IllegalArgumentException("a secret has 1 to " + SECRET_BYTES_MAX + " bytes");
    }
}
