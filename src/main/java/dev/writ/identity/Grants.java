package dev.writ.identity;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Plan;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The grants that tokens hang on and their refresh tokens: each is good once and leads to the next; one that is shown
 * again revokes everything that came of it (RFC 9700 §4.14.2). Looking one up touches no disk. Thread-safe.
 */
public final class Grants {
    /** How many grants of one task may be in force. */
    public static final int GRANTS_MAX = 100;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final Book<GrantTable> book;

    Grants(Store store, InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        var since = clock.instant().minus(Identity.KEPT);
        this.book = new Book<>(store, store.read(sql -> GrantTable.load(sql, since)));
    }

    /** What came of opening a grant. */
    public sealed interface Opened {
        /** @param refresh the first refresh token, for the only time */
        record Open(Grant grant, Optional<Secret> refresh) implements Opened {}

        record TooMany() implements Opened {}
    }

    public Opened open(Grant wanted, boolean refreshable) {
        var text = refreshable ? Optional.of(KeyText.next("refresh", random)) : Optional.<Secret>empty();
        var grant =
                text.map(secret -> wanted.refreshable(KeyText.digest(secret))).orElse(wanted);
        var since = clock.instant().minus(Identity.KEPT);
        return book.command(now -> {
            long inForce = now.byId().values().stream()
                    .filter(each ->
                            each.tenant().equals(grant.tenant()) && each.task().equals(grant.task()))
                    .filter(each -> each.revokedAt().isEmpty() && !each.outlived(clock.instant()))
                    .count();
            if (inForce >= GRANTS_MAX) return Plan.nothing(new Opened.TooMany());
            return Plan.of(
                    new Opened.Open(grant, text),
                    Change.of(table -> table.since(since).with(grant), sql -> GrantTable.insert(sql, grant)));
        });
    }

    /** Whose a refresh token is, and whether it is the one that is good now. */
    public sealed interface Shown {
        record Good(Grant grant) implements Shown {}

        /** It was used before. */
        record Used(Grant grant) implements Shown {}

        record Unknown() implements Shown {}
    }

    /** Reads memory only. */
    public Shown shown(String refresh) {
        return KeyText.refreshDigest(refresh)
                .<Shown>map(digest -> shown(book.now(), digest))
                .orElseGet(Shown.Unknown::new);
    }

    private static Shown shown(GrantTable now, Digest digest) {
        var grant = Optional.ofNullable(now.refreshes().get(digest)).flatMap(now::find);
        if (grant.isEmpty()) return new Shown.Unknown();
        return grant.get().refresh().equals(Optional.of(digest))
                ? new Shown.Good(grant.get())
                : new Shown.Used(grant.get());
    }

    /** Uses a refresh token up and gives the next; empty when it is no longer the good one. */
    public Optional<Opened.Open> refresh(String refresh) {
        var digest = KeyText.refreshDigest(refresh);
        if (digest.isEmpty()) return Optional.empty();
        var text = KeyText.next("refresh", random);
        return book.command(now -> {
            if (!(shown(now, digest.get()) instanceof Shown.Good(var grant)) || !grant.heard(clock.instant()))
                return Plan.nothing(Optional.empty());
            var next = grant.refreshable(KeyText.digest(text));
            return Plan.of(
                    Optional.of(new Opened.Open(next, Optional.of(text))),
                    Change.of(
                            table -> table.find(grant.id())
                                    .map(known -> table.with(known.refreshable(KeyText.digest(text))))
                                    .orElse(table),
                            sql -> GrantTable.refreshed(sql, next, KeyText.digest(text))));
        });
    }

    /** What a change at once came to: it is in force, saved or not. */
    public record Ended(List<Grant> grants, Optional<StoreError> unsaved) {
        public Ended {
            grants = List.copyOf(grants);
        }
    }

    /** Revokes a grant and everything that came of the same consent. */
    public Ended revoke(Name tenant, Id family) {
        return change(
                grant -> grant.tenant().equals(tenant) && grant.family().equals(family),
                at -> grant -> grant.revoked(at),
                at -> Change.of(
                        table -> table,
                        sql -> sql.change(
                                "UPDATE grants SET revoked_at = ? WHERE tenant = ? AND family = ? AND revoked_at IS NULL",
                                at,
                                tenant,
                                family)));
    }

    Ended revokeAgent(Name tenant, Name agent) {
        return change(
                grant -> grant.tenant().equals(tenant) && grant.agent().equals(agent),
                at -> grant -> grant.revoked(at),
                at -> Change.of(
                        table -> table,
                        sql -> sql.change(
                                "UPDATE grants SET revoked_at = ? WHERE tenant = ? AND agent = ? AND revoked_at IS NULL",
                                at,
                                tenant,
                                agent)));
    }

    Ended revokeAll(Name tenant, Instant until) {
        return change(
                grant -> grant.tenant().equals(tenant)
                        && (!grant.createdAt().isAfter(until)
                                || grant.createdAt().isAfter(clock.instant())),
                at -> grant -> grant.revoked(at),
                at -> Change.of(table -> table, sql -> sql.change("""
                                UPDATE grants SET revoked_at = ?
                                WHERE tenant = ? AND (created_at <= ? OR created_at > ?) AND revoked_at IS NULL""", at, tenant, until, at)));
    }

    /** From now on the grants of a task are good for a day, to be told that it has ended. */
    Ended endTask(Name tenant, Id task) {
        return change(
                grant -> grant.tenant().equals(tenant) && grant.task().equals(task),
                at -> grant -> grant.ended(at),
                at -> Change.of(
                        table -> table,
                        sql -> sql.change(
                                "UPDATE grants SET ended_at = ? WHERE tenant = ? AND task = ? AND ended_at IS NULL",
                                at,
                                tenant,
                                task)));
    }

    public Optional<Grant> grant(Name tenant, Id id) {
        return book.now().find(id).filter(grant -> grant.tenant().equals(tenant));
    }

    /** Those that are remembered, of a tenant, in the order in which they were made. */
    public List<Grant> all(Name tenant) {
        return book.now().byId().values().stream()
                .filter(grant -> grant.tenant().equals(tenant))
                .sorted(Comparator.comparing(Grant::id))
                .toList();
    }

    void settle() {
        book.settle();
    }

    private interface At<T> {
        T of(Instant at);
    }

    private Ended change(Predicate<Grant> which, At<UnaryOperator<Grant>> how, At<Change<GrantTable>> saving) {
        var at = clock.instant();
        var done = book.atOnce(
                now -> {
                    var changed = now.byId().values().stream()
                            .filter(grant -> which.test(grant)
                                    && !how.of(at).apply(grant).equals(grant))
                            .map(how.of(at))
                            .toList();
                    if (changed.isEmpty()) return Plan.<GrantTable, List<Grant>>nothing(changed);
                    Change<GrantTable> inMemory = Change.of(
                            table -> table.changed(
                                    grant -> which.test(grant) ? how.of(at).apply(grant) : grant),
                            _ -> {});
                    return new Plan<>(changed, List.of(inMemory, saving.of(at)));
                },
                _ -> {});
        return new Ended(done.answer(), done.unsaved());
    }
}
