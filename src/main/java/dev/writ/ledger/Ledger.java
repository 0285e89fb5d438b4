package dev.writ.ledger;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.verify.Checkpoint;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** The evidence of a node: one append-only log per tenant, and the side values its records commit to. */
@SuppressWarnings("DoNotCallSuggester") // signatures first; bodies follow
public final class Ledger implements AutoCloseable {
    /** Opens or creates the ledger of a data folder and completes whatever a crash left half done. */
    public static Ledger open(LedgerSettings settings, InstantSource clock, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /** Appends a record and waits until it and its side values are on disk. */
    public Appended append(Name tenant, Json.Obj record, Map<String, byte[]> side) {
        throw new UnsupportedOperationException();
    }

    /** As append, without waiting; completes on the writer's thread, so dependents must be short. */
    public CompletableFuture<Appended> begin(Name tenant, Json.Obj record, Map<String, byte[]> side) {
        throw new UnsupportedOperationException();
    }

    /** Intents without an outcome, oldest first. */
    public List<Entry> openIntents(Name tenant) {
        throw new UnsupportedOperationException();
    }

    public Set<Name> tenants() {
        throw new UnsupportedOperationException();
    }

    /** The number of durable records. */
    public long size(Name tenant) {
        throw new UnsupportedOperationException();
    }

    public Optional<Entry> read(Name tenant, long index) {
        throw new UnsupportedOperationException();
    }

    /** Visits records in order from an index until the visitor says false or the log ends. */
    public void scan(Name tenant, long from, Predicate<Entry> visitor) {
        throw new UnsupportedOperationException();
    }

    public Optional<Entry> find(Name tenant, Id record) {
        throw new UnsupportedOperationException();
    }

    /** All records of a decision ({@code dec_…}), approval, consent or task, and the outcomes of an intent ({@code rec_…}), oldest first. */
    public List<Entry> about(Name tenant, Id subject) {
        throw new UnsupportedOperationException();
    }

    public SideValue side(Name tenant, long index, String name) {
        throw new UnsupportedOperationException();
    }

    /** Destroys the key of a side value for good. The caller has recorded the order before, at {@code orderedBy}. */
    public void erase(Name tenant, long index, String name, long orderedBy) {
        throw new UnsupportedOperationException();
    }

    /** A signed checkpoint that covers everything durable now. */
    public Checkpoint checkpoint(Name tenant) {
        throw new UnsupportedOperationException();
    }

    /** The verifier keys of a tenant's log, for a trust file that is kept elsewhere. */
    public String trust(Name tenant) {
        throw new UnsupportedOperationException();
    }

    /** A {@code writ-receipt/v1} for a decision or intent; {@code disclose} picks side values by name. */
    public Optional<byte[]> receipt(Name tenant, Id subject, Predicate<String> disclose) {
        throw new UnsupportedOperationException();
    }

    /** Copies a tenant's log with checkpoint and keys to an empty folder, or to a new file that ends in .zip. */
    public void export(Name tenant, Path target, Predicate<String> disclose) {
        throw new UnsupportedOperationException();
    }

    /** Why no more records are taken, when that is so. */
    public Optional<String> closedBecause() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
