package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.store.Row;
import dev.writ.store.Store;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Whom the company's providers know: providers, and which of their subjects is which person. A person is found by issuer
 * and subject, never by an e-mail address. Also makes what one sign-in with a provider needs, and remembers none of it.
 */
public final class Providers {
    static final String TABLE = """
            CREATE TABLE providers (
              tenant text NOT NULL, name text NOT NULL, document text NOT NULL, removed_at bigint,
              PRIMARY KEY (tenant, name));
            CREATE TABLE identities (
              tenant text NOT NULL, issuer text NOT NULL, subject text NOT NULL, person text NOT NULL,
              provider text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (tenant, issuer, subject));
            CREATE INDEX identities_by_person ON identities (tenant, person);
            CREATE TABLE provider_keys (
              tenant text NOT NULL, id text NOT NULL, provider text NOT NULL, digest text NOT NULL,
              created_at bigint NOT NULL, revoked_at bigint, PRIMARY KEY (tenant, id));
            CREATE UNIQUE INDEX provider_keys_by_digest ON provider_keys (digest)""";

    private static final String KEY_PREFIX = "writ_scim_";

    private final Store store;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Challenges challenges;

    Providers(Store store, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.challenges = new Challenges(clock, random);
    }

    /** Trusts a provider, in place of the one of that name. */
    public void set(Provider provider) {
        store.write(sql -> sql.change(
                "INSERT INTO providers (tenant, name, document) VALUES (?, ?, ?)"
                        + " ON CONFLICT (tenant, name) DO UPDATE SET document = excluded.document, removed_at = NULL",
                provider.tenant(),
                provider.name(),
                provider.json()));
    }

    /** Trusts a provider no more; false when it was not. */
    public boolean remove(Name tenant, Name name) {
        var now = clock.instant();
        return store.write(sql -> sql.change(
                        "UPDATE providers SET removed_at = ? WHERE tenant = ? AND name = ? AND removed_at IS NULL",
                        now,
                        tenant,
                        name))
                == 1;
    }

    public Optional<Provider> find(Name tenant, Name name) {
        return all(tenant).stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst();
    }

    public List<Provider> all(Name tenant) {
        return store.read(sql -> sql.rows(
                "SELECT * FROM providers WHERE tenant = ? AND removed_at IS NULL ORDER BY name",
                Providers::provider,
                tenant));
    }

    /** The person that a provider's subject is. */
    public Optional<Id> person(Name tenant, String issuer, String subject) {
        return store.read(sql -> sql.row(
                "SELECT person FROM identities WHERE tenant = ? AND issuer = ? AND subject = ?",
                row -> row.id("person"),
                tenant,
                issuer,
                subject));
    }

    /** Whether a person is known to any provider. */
    public boolean linked(Name tenant, Id person) {
        return store.read(sql -> sql.row(
                        "SELECT person FROM identities WHERE tenant = ? AND person = ? LIMIT 1",
                        row -> row.id("person"),
                        tenant,
                        person))
                .isPresent();
    }

    /** Says which person a subject is; false when it is said already. */
    public boolean link(Provider provider, String subject, Id person) {
        var now = clock.instant();
        return store.write(sql -> sql.change(
                        "INSERT INTO identities (tenant, issuer, subject, person, provider, created_at)"
                                + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, issuer, subject) DO NOTHING",
                        provider.tenant(),
                        provider.issuer(),
                        subject,
                        person,
                        provider.name(),
                        now))
                == 1;
    }

    /** The people whom a provider knows, by its subjects. */
    public Map<Id, String> subjects(Provider provider) {
        var found = new LinkedHashMap<Id, String>();
        for (var each : store.read(sql -> sql.rows(
                "SELECT person, subject FROM identities WHERE tenant = ? AND provider = ? ORDER BY created_at, person",
                row -> Map.entry(row.id("person"), row.text("subject")),
                provider.tenant(),
                provider.name()))) found.put(each.getKey(), each.getValue());
        return found;
    }

    /** Makes the credential with which a provider tells us of people (SCIM), in place of earlier ones. */
    public Secret makeKey(Provider provider, Id id) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        var text = KEY_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var now = clock.instant();
        store.write(sql -> {
            sql.change(
                    "UPDATE provider_keys SET revoked_at = ? WHERE tenant = ? AND provider = ? AND revoked_at IS NULL",
                    now,
                    provider.tenant(),
                    provider.name());
            sql.changeOne(
                    "INSERT INTO provider_keys (tenant, id, provider, digest, created_at) VALUES (?, ?, ?, ?, ?)",
                    provider.tenant(),
                    id,
                    provider.name(),
                    Digest.of(text.getBytes(StandardCharsets.US_ASCII)),
                    now);
            return 0;
        });
        return Secret.of(text);
    }

    public boolean knowsKey(Name tenant, Id id) {
        return store.read(sql -> sql.row(
                        "SELECT id FROM provider_keys WHERE tenant = ? AND id = ?", row -> row.id("id"), tenant, id))
                .isPresent();
    }

    /** Whose credential this is. */
    public Optional<Provider> byKey(String text) {
        if (!text.matches(KEY_PREFIX + "[A-Za-z0-9_-]{43}")) return Optional.empty();
        record Found(Name tenant, Name provider) {}
        return store.read(sql -> sql.row(
                        "SELECT tenant, provider FROM provider_keys WHERE digest = ? AND revoked_at IS NULL",
                        row -> new Found(row.name("tenant"), row.name("provider")),
                        Digest.of(text.getBytes(StandardCharsets.US_ASCII))))
                .flatMap(found -> find(found.tenant(), found.provider()));
    }

    /**
     * What one sign-in sends along: nobody else's browser can bring it back, and nothing of it is kept.
     *
     * @param state comes back with the code (RFC 6749 §10.12)
     * @param nonce comes back in the token
     * @param verifier of PKCE (RFC 7636 §4.1)
     */
    public record Journey(String state, String nonce, String verifier) {}

    /** @param guest the browser that goes */
    public Journey begin(String guest, Provider provider, String back) {
        return journey(challenges.next(guest, purpose(provider, back)));
    }

    /** The journey whose state a browser brought back, once; empty when it is not this browser's, too old or used. */
    public Optional<Journey> end(String state, String guest, Provider provider, String back) {
        return challenges
                .open(state, guest, purpose(provider, back))
                .filter(challenges::use)
                .map(_ -> journey(state));
    }

    private Journey journey(String state) {
        return new Journey(state, challenges.derived(state, "nonce"), challenges.derived(state, "verifier"));
    }

    private static String purpose(Provider provider, String back) {
        return "provider " + provider.tenant() + " " + provider.name() + " " + provider.issuer() + " " + back;
    }

    private static Provider provider(Row row) throws SQLException {
        return Provider.of(row.name("tenant"), row.object("document"));
    }
}
