package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Row;
import dev.writ.store.Store;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What was done about a person that the person has not been told yet: told at the next sign-in, then marked as told. */
public final class Notices {
    static final String TABLE = """
            CREATE TABLE notices (
              tenant text NOT NULL, id text NOT NULL, person text NOT NULL, what text NOT NULL, about text NOT NULL,
              by_person text, at bigint NOT NULL, told_at bigint, PRIMARY KEY (tenant, id));
            CREATE INDEX notices_by_person ON notices (tenant, person, told_at)""";

    /** More than these are not shown one by one. */
    public static final int SHOWN_MAX = 50;

    private final Store store;
    private final InstantSource clock;

    Notices(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Something that was done.
     *
     * @param what as the record says it, {@code group-joined} for example
     * @param about a group's name or an id
     * @param by who did it; nobody where it was ourselves or a provider
     */
    public record Notice(Id id, Id person, String what, String about, Optional<Id> by, Instant at) {}

    public void add(Name tenant, Notice notice) {
        store.write(sql -> sql.change(
                """
                        INSERT INTO notices (tenant, id, person, what, about, by_person, at) VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (tenant, id) DO NOTHING""", tenant, notice.id(), notice.person(), notice.what(), notice.about(), notice.by(), notice.at()));
    }

    /** What a person is still to be told of before a moment, the oldest first. */
    public List<Notice> untold(Name tenant, Id person, Instant before) {
        return store.read(sql -> sql.rows(
                "SELECT * FROM notices WHERE tenant = ? AND person = ? AND told_at IS NULL AND at < ? ORDER BY at, id LIMIT "
                        + SHOWN_MAX,
                Notices::notice,
                tenant,
                person,
                before));
    }

    /** Marks as told what was shown. */
    public void told(Name tenant, Id person, Instant until) {
        var now = clock.instant();
        store.write(sql -> sql.change(
                "UPDATE notices SET told_at = ? WHERE tenant = ? AND person = ? AND at <= ? AND told_at IS NULL",
                now,
                tenant,
                person,
                until));
    }

    private static Notice notice(Row row) throws SQLException {
        return new Notice(
                row.id("id"),
                row.id("person"),
                row.text("what"),
                row.text("about"),
                row.optionalId("by_person"),
                row.instant("at"));
    }
}
