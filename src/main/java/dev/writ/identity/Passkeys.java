package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.store.Row;
import dev.writ.store.Store;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The passkeys of people: asks for them, verifies what comes back, and keeps their public halves. A passkey belongs to one
 * person of one tenant and is looked for nowhere else. Read from the database each time, for signing in is rare.
 */
public final class Passkeys {
    static final String TABLE = """
            CREATE TABLE passkeys (
              tenant text NOT NULL, id text NOT NULL, person text NOT NULL, credential text NOT NULL,
              public_key text NOT NULL, counter bigint NOT NULL, backed_up bigint NOT NULL, created_at bigint NOT NULL,
              used_at bigint, removed_at bigint, PRIMARY KEY (tenant, id));
            CREATE UNIQUE INDEX passkeys_by_credential ON passkeys (tenant, credential)""";

    /** How many passkeys a person may have. */
    public static final int PASSKEYS_MAX = 10;

    private final Store store;
    private final InstantSource clock;
    private final Ceremonies ceremonies;

    Passkeys(Store store, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        this.ceremonies = new Ceremonies(clock, random);
    }

    /** What the browser is to be asked for, so that a person makes a passkey. */
    public Json.Obj making(Party party, String visit, String purpose, Name tenant, Id person, String name) {
        return ceremonies.making(party, visit, purpose, user(tenant, person), name, of(tenant, person));
    }

    /** What the browser is to be asked for, so that somebody signs in with any passkey. */
    public Json.Obj using(Party party, String visit, String purpose) {
        return ceremonies.using(party, visit, purpose, List.of());
    }

    /** What the browser is to be asked for, so that a known person confirms something. */
    public Json.Obj using(Party party, String visit, String purpose, Name tenant, Id person) {
        return ceremonies.using(party, visit, purpose, of(tenant, person));
    }

    /** What an answer is worth. */
    public sealed interface Checked {
        record Good(Passkey passkey, long counter) implements Checked {}

        /** @param passkey whose it would have been, where that is known */
        record Bad(Optional<Passkey> passkey, PasskeyFault fault) implements Checked {}
    }

    /** Verifies that a passkey of the tenant was used for this purpose; its challenge is used up with it. */
    public Checked check(Party party, String visit, String purpose, Name tenant, PasskeyAnswer.Used answer) {
        var passkey = find(tenant, answer.credential());
        if (passkey.isEmpty()) return new Checked.Bad(Optional.empty(), PasskeyFault.UNKNOWN);
        // WebAuthn §7.2 step 6: the passkey says itself whose it is, and that must be the person that we know.
        var user = user(tenant, passkey.get().person());
        boolean other = answer.user()
                .filter(handle ->
                        !user.equals(Base64.getUrlEncoder().withoutPadding().encodeToString(handle)))
                .isPresent();
        if (other) return new Checked.Bad(passkey, PasskeyFault.WRONG);
        return switch (ceremonies.used(party, visit, purpose, answer, passkey.get())) {
            case Ceremonies.Outcome.Good<Long>(var counter) -> new Checked.Good(passkey.get(), counter);
            case Ceremonies.Outcome.Bad<Long>(var fault) -> new Checked.Bad(passkey, fault);
        };
    }

    /** What became of making a passkey. */
    public sealed interface Made {
        record Good(Passkey passkey) implements Made {}

        record Bad(PasskeyFault fault) implements Made {}
    }

    /** Verifies that a passkey was made for this purpose; it is kept by {@link #add}. */
    public Made made(
            Party party, String visit, String purpose, Name tenant, Id id, Id person, PasskeyAnswer.Made answer) {
        return switch (ceremonies.made(party, visit, purpose, answer)) {
            case Ceremonies.Outcome.Good<Ceremonies.Fresh>(var fresh) ->
                new Made.Good(new Passkey(
                        tenant,
                        id,
                        person,
                        fresh.credential(),
                        fresh.publicKey(),
                        fresh.counter(),
                        fresh.backedUp(),
                        clock.instant(),
                        Optional.empty()));
            case Ceremonies.Outcome.Bad<Ceremonies.Fresh>(var fault) -> new Made.Bad(fault);
        };
    }

    /** Keeps a passkey; false when this tenant knows its credential already, whoever's it is. */
    public boolean add(Passkey passkey) {
        return store.write(sql -> sql.change(
                        """
                        INSERT INTO passkeys
                          (tenant, id, person, credential, public_key, counter, backed_up, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, credential) DO NOTHING""",
                        passkey.tenant(),
                        passkey.id(),
                        passkey.person(),
                        passkey.credential(),
                        passkey.publicKey(),
                        passkey.counter(),
                        passkey.backedUp(),
                        passkey.createdAt()))
                == 1;
    }

    /** Notes that a passkey has signed; false when another answer has counted as far meanwhile. */
    public boolean count(Passkey passkey, long counter) {
        return store.write(sql -> sql.change(
                        "UPDATE passkeys SET counter = ?, used_at = ? WHERE tenant = ? AND id = ?"
                                + " AND removed_at IS NULL AND (counter < ? OR (counter = 0 AND ? = 0))",
                        counter,
                        clock.instant(),
                        passkey.tenant(),
                        passkey.id(),
                        counter,
                        counter))
                == 1;
    }

    /** Removes a passkey for good; false when there is none. */
    public boolean remove(Name tenant, Id id) {
        return store.write(sql -> sql.change(
                        "UPDATE passkeys SET removed_at = ? WHERE tenant = ? AND id = ? AND removed_at IS NULL",
                        clock.instant(),
                        tenant,
                        id))
                == 1;
    }

    /** A person's passkeys, the oldest first. */
    public List<Passkey> of(Name tenant, Id person) {
        return store.read(sql -> sql.rows(
                "SELECT * FROM passkeys WHERE tenant = ? AND person = ? AND removed_at IS NULL ORDER BY created_at, id",
                Passkeys::passkey,
                tenant,
                person));
    }

    /** A passkey by its id, also a removed one. */
    public boolean knows(Name tenant, Id id) {
        return store.read(sql ->
                        sql.row("SELECT id FROM passkeys WHERE tenant = ? AND id = ?", row -> row.id("id"), tenant, id))
                .isPresent();
    }

    private Optional<Passkey> find(Name tenant, String credential) {
        return store.read(sql -> sql.row(
                "SELECT * FROM passkeys WHERE tenant = ? AND credential = ? AND removed_at IS NULL",
                Passkeys::passkey,
                tenant,
                credential));
    }

    /** The handle under which an authenticator knows a person: pseudonyms alone, at most 64 bytes (WebAuthn §5.4.3). */
    private static String user(Name tenant, Id person) {
        var digest = dev.writ.base.Digest.of((tenant + "\0" + person).getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.bytes());
    }

    private static Passkey passkey(Row row) throws SQLException {
        return new Passkey(
                row.name("tenant"),
                row.id("id"),
                row.id("person"),
                row.text("credential"),
                row.text("public_key"),
                row.integer("counter"),
                row.flag("backed_up"),
                row.instant("created_at"),
                row.optionalInstant("used_at"));
    }

    /** The passkey that a record tells of, for replaying it. */
    public static Passkey of(Name tenant, Json.Obj record, Instant at) {
        return new Passkey(
                tenant,
                new Id(record.string("passkey").orElseThrow()),
                new Id(record.string("person").orElseThrow()),
                record.string("credential").orElseThrow(),
                record.string("publicKey").orElseThrow(),
                record.integer("counter").orElseThrow(),
                record.bool("backedUp").orElseThrow(),
                at,
                Optional.empty());
    }
}
