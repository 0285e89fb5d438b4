package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.store.Row;
import dev.writ.store.Store;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Links with which a person makes a first passkey, or a further one: good once and for ten minutes, kept as the SHA-256 of
 * 256 random bits. Opening the page does not use one up, for mail programs open pages; making the passkey does.
 */
public final class SignInLinks {
    public static final Duration LIFE = Duration.ofMinutes(10);

    static final String TABLE = """
            CREATE TABLE sign_in_links (
              tenant text NOT NULL, id text NOT NULL, digest text NOT NULL, person text NOT NULL,
              created_at bigint NOT NULL, until bigint NOT NULL, used_at bigint, PRIMARY KEY (tenant, id));
            CREATE UNIQUE INDEX sign_in_links_by_digest ON sign_in_links (digest)""";

    private static final int BYTES = 32;
    private static final int CHARS = 43;

    private final Store store;
    private final InstantSource clock;
    private final RandomGenerator random;

    SignInLinks(Store store, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        this.random = random;
    }

    public record Link(Name tenant, Id id, Id person, Instant until) {}

    /** Makes a link, in place of the person's earlier ones; its text is in the answer and nowhere else. */
    public Secret make(Name tenant, Id id, Id person) {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        var text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var now = clock.instant();
        store.write(sql -> {
            sql.change(
                    "UPDATE sign_in_links SET used_at = ? WHERE tenant = ? AND person = ? AND used_at IS NULL",
                    now,
                    tenant,
                    person);
            sql.changeOne(
                    "INSERT INTO sign_in_links (tenant, id, digest, person, created_at, until)"
                            + " VALUES (?, ?, ?, ?, ?, ?)",
                    tenant,
                    id,
                    digest(text),
                    person,
                    now,
                    now.plus(LIFE));
            return 0;
        });
        return Secret.of(text);
    }

    /** The link with this text, while it is good. */
    public Optional<Link> find(String text) {
        if (text.length() != CHARS) return Optional.empty();
        return store.read(sql -> sql.row(
                "SELECT * FROM sign_in_links WHERE digest = ? AND used_at IS NULL AND until > ?",
                SignInLinks::link,
                digest(text),
                clock.instant()));
    }

    /** Uses a link up; false when it was already. */
    public boolean use(Link link) {
        return used(link.tenant(), link.id());
    }

    /** As {@link #use}, for replaying a record. */
    public boolean used(Name tenant, Id id) {
        var now = clock.instant();
        return store.write(sql -> sql.change(
                        "UPDATE sign_in_links SET used_at = ? WHERE tenant = ? AND id = ? AND used_at IS NULL",
                        now,
                        tenant,
                        id))
                == 1;
    }

    /** Uses every link of a tenant up that was made up to a moment, or seems to be made in the future. */
    void endAll(Name tenant, Instant until) {
        var now = clock.instant();
        store.write(sql -> sql.change(
                "UPDATE sign_in_links SET used_at = ? WHERE tenant = ? AND (created_at <= ? OR created_at > ?)"
                        + " AND used_at IS NULL",
                now,
                tenant,
                until,
                now));
    }

    public boolean knows(Name tenant, Id id) {
        return store.read(sql -> sql.row(
                        "SELECT id FROM sign_in_links WHERE tenant = ? AND id = ?", row -> row.id("id"), tenant, id))
                .isPresent();
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Link link(Row row) throws SQLException {
        return new Link(row.name("tenant"), row.id("id"), row.id("person"), row.instant("until"));
    }
}
