package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.NeverWaits;
import dev.writ.ledger.token.Token;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceFailure;
import dev.writ.ledger.verify.Handover;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The evidence of a node: one append-only log per tenant, and the side values its records commit to. A record's index
 * is told only when record and side values are on disk. Thread-safe. One process at a time may have a data folder.
 */
public final class Ledger implements AutoCloseable {
    private static final long READER_WAIT_MILLIS_MAX = 250;

    private final LedgerSettings settings;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Disk disk;
    private final FolderLock folder;
    private final ConcurrentHashMap<Name, TenantLog> logs;
    private final WriteAhead wal;
    private final Integrator integrator;
    private final Writer writer;
    private final AtomicBoolean closing = new AtomicBoolean();

    private Ledger(LedgerSettings settings, InstantSource clock, SecureRandom random, Disk disk, FolderLock folder)
            throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.disk = disk;
        this.folder = folder;
        var recovery = new Recovery(settings, clock, random, disk);
        this.wal = recovery.run();
        this.logs = recovery.logs();
        this.integrator = new Integrator(logs, wal, clock);
        this.writer = new Writer(wal, integrator);
        integrator.start(writer::fail);
        writer.start();
    }

    /** Opens or creates the ledger of a data folder and completes whatever a crash left half done. */
    public static Ledger open(LedgerSettings settings, InstantSource clock, SecureRandom random) {
        return open(settings, clock, random, Disk.REAL);
    }

    static Ledger open(LedgerSettings settings, InstantSource clock, SecureRandom random, Disk disk) {
        var folder = FolderLock.take(settings.data());
        try {
            return new Ledger(settings, clock, random, disk, folder);
        } catch (IOException | RuntimeException e) {
            folder.release();
            throw LedgerFailure.of(e, "the ledger in " + settings.data() + " cannot be opened");
        }
    }

    /** Appends a record and waits until it and its side values are on disk. */
    public Appended append(Name tenant, Json.Obj record, Map<String, byte[]> side) {
        NeverWaits.refuse("the ledger's commit");
        return joined(begin(tenant, record, side));
    }

    private static Appended joined(CompletableFuture<Appended> one) {
        try {
            return one.join();
        } catch (CompletionException e) {
            throw LedgerFailure.of(e.getCause() == null ? e : e.getCause(), "the record was not written");
        }
    }

    /**
     * As append, without waiting. A record that is refused throws here; a write that fails completes the future with
     * {@link LedgerClosed}. Completes on the writer's thread, so dependents must be short.
     */
    public CompletableFuture<Appended> begin(Name tenant, Json.Obj record, Map<String, byte[]> side) {
        var log = log(tenant);
        var append = new Waiting.Awaited(log, log.seal().seal(record, side));
        writer.offer(append);
        return append.done;
    }

    /** As the other one, for a record that was written as text. */
    public CompletableFuture<Appended> begin(Draft draft) {
        var log = log(draft.tenant());
        var append = new Waiting.Awaited(log, log.seal().seal(draft));
        writer.offer(append);
        return append.done;
    }

    /**
     * As the other one; {@code then} is told on {@code on} whether the record is on disk, in one turn for everything that
     * a commit has made durable for it. Where {@code on} has turns, what one of them begins is handed over at its end.
     */
    public void begin(Draft draft, Executor on, Consumer<Boolean> then) {
        var log = log(draft.tenant());
        writer.offer(new Waiting.Told(log, log.seal().seal(draft), on, then));
    }

    /** Takes a record that nothing waits for: it rides the next commit, which is due in 2 ms at most. */
    public void ride(Draft draft) {
        var log = log(draft.tenant());
        writer.offer(new Waiting.Riding(log, log.seal().seal(draft)));
    }

    /** As the other one. */
    public void ride(Name tenant, Json.Obj record, Map<String, byte[]> side) {
        var log = log(tenant);
        writer.offer(new Waiting.Riding(log, log.seal().seal(record, side)));
    }

    /** As the other one, for a record that was written as text. */
    public Appended append(Draft draft) {
        NeverWaits.refuse("the ledger's commit");
        return joined(begin(draft));
    }

    private TenantLog log(Name tenant) {
        var log = logs.get(tenant);
        return log != null ? log : integrator.call(() -> created(tenant));
    }

    /** On the integrator's thread, so that two first records of a tenant make one log. */
    private TenantLog created(Name tenant) throws IOException {
        var known = logs.get(tenant);
        if (known != null) return known;
        var failed = writer.closed();
        if (failed != null) throw failed;
        var log = new TenantLog(tenant, settings, clock, random, disk);
        logs.put(tenant, log);
        return log;
    }

    /** The tenants that have a log. */
    public Set<Name> tenants() {
        return new TreeSet<>(logs.keySet());
    }

    /** The number of durable records. */
    public long size(Name tenant) {
        var log = logs.get(tenant);
        return log == null ? 0 : log.durable();
    }

    private Optional<Records> records(Name tenant) {
        return Optional.ofNullable(logs.get(tenant)).map(Records::new);
    }

    /** A record by index; reads one bundle, at most 256 records. */
    public Optional<Entry> read(Name tenant, long index) {
        return records(tenant).flatMap(records -> records.read(index));
    }

    /** Visits records in order from an index until the visitor says false or the log ends. */
    public void scan(Name tenant, long from, Predicate<Entry> visitor) {
        caughtUp();
        records(tenant).ifPresent(records -> records.scan(from, visitor));
    }

    /** The record with this id. Reads the log's index of ids: 32 MB for a million records. */
    public Optional<Entry> find(Name tenant, Id record) {
        return about(tenant, record).stream().filter(e -> e.id().equals(record)).findFirst();
    }

    /**
     * The record with this id; all records of this decision, approval, consent or task; the outcome of this intent.
     * Oldest first. Costs what find costs.
     */
    public List<Entry> about(Name tenant, Id subject) {
        caughtUp();
        return records(tenant).map(records -> records.about(subject.text())).orElse(List.of());
    }

    /** Lets what rides come first, so that whoever looks after an action finds its outcome; waits for no stuck disk. */
    private void caughtUp() {
        try {
            writer.flush().get(READER_WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // What is on disk is there to be read all the same.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Intents without an outcome, oldest first. */
    public List<Entry> openIntents(Name tenant) {
        caughtUp();
        var log = logs.get(tenant);
        if (log == null) return List.of();
        var records = new Records(log);
        return integrator.call(log::openIntents).stream()
                .flatMap(index -> records.read(index).stream())
                .toList();
    }

    /** A value that a record commits to. A value becomes readable with the checkpoint that covers its record. */
    public SideValue side(Name tenant, long index, String name) {
        var log = logs.get(tenant);
        if (log == null) return new SideValue.Unknown();
        if (index >= log.integrated() && index < log.durable()) checkpoint(tenant);
        return new Records(log).side(index, name);
    }

    /**
     * Destroys the key of a side value for good: overwrites it where it lies, and what the write-ahead file may still
     * hold of it. The caller has recorded the order before, at {@code orderedBy}. Overwriting reaches the file's blocks,
     * not copies that a file system or a drive keeps below them. False when there is no such value.
     */
    public boolean erase(Name tenant, long index, String name, long orderedBy) {
        var log = logs.get(tenant);
        if (log == null || index >= log.durable()) return false;
        if (orderedBy <= index || orderedBy >= log.durable())
            throw new IllegalArgumentException("no later record " + orderedBy + " orders this");
        checkpoint(tenant);
        boolean erased = integrator.call(() -> {
            var found = log.side().reader().find(index, name);
            if (found.isEmpty()) return false;
            if (!found.get().slot().isErased()) log.side().erase(found.get(), orderedBy);
            return true;
        });
        if (!erased) return false;
        if (!writer.rotate().join()) throw writer.refusal();
        integrator.run(integrator::scrub);
        return true;
    }

    /** A signed checkpoint that covers everything taken before, what rides included. */
    public Checkpoint checkpoint(Name tenant) {
        var log = log(tenant);
        writer.flush().join();
        long wanted = log.durable();
        if (log.checkpoint().size() >= wanted) return log.checkpoint();
        var signed = integrator.call(() -> {
            integrator.checkpoint(log);
            return log.checkpoint();
        });
        if (signed.size() < wanted) throw writer.refusal();
        return signed;
    }

    /** How far a tenant's log is signed now, without having it signed further. */
    public Head head(Name tenant) {
        return Optional.ofNullable(logs.get(tenant))
                .map(TenantLog::checkpoint)
                .map(checkpoint -> new Head(checkpoint.size(), checkpoint.root()))
                .orElse(Head.NONE);
    }

    /** Has everything durable signed; {@link #head} then covers it. */
    public void sign(Name tenant) {
        checkpoint(tenant);
    }

    /** The root that the first {@code size} records have, which must not be more than the {@link #head} covers. */
    public Digest root(Name tenant, long size) {
        var log = log(tenant);
        var head = log.checkpoint();
        if (size == head.size()) return head.root();
        return size == 0
                ? Digest.of()
                : Digest.ofBytes(log.folder().proofs(head.size()).range(0, size));
    }

    /** The text of {@link #checkpoint}, for people who keep it elsewhere. */
    public String checkpointText(Name tenant) {
        return new String(checkpoint(tenant).bytes(), UTF_8);
    }

    /** The last checkpoint that was made, without making one. */
    public Checkpoint current(Name tenant) {
        return log(tenant).checkpoint();
    }

    /** RFC 6962 §2.1.2: that the first {@code older} records are the beginning of a checkpoint of ours. */
    public List<byte[]> consistency(Name tenant, long older, Checkpoint newer) {
        try {
            return log(tenant).folder().proofs(newer.size()).consistency(older, newer.size());
        } catch (EvidenceFailure e) {
            throw LedgerFailure.of(e, "no proof of consistency can be made");
        }
    }

    /** Keeps what witnesses signed of a checkpoint of ours; returns up to which record the log is witnessed now. */
    public long cosigned(Name tenant, Checkpoint cosigned) {
        var log = log(tenant);
        return integrator.call(() -> {
            log.cosigned(cosigned);
            return log.witnessed().size();
        });
    }

    /**
     * A witness proves another history of a log, or more of it than we have: from now on nothing rests on it, and no start
     * uses it again.
     */
    public void contradicted(Name tenant, String why) {
        var log = log(tenant);
        if (log.witnessed().contradicted(why)) integrator.run(() -> log.keepContradiction(why));
    }

    /** Notes how it went with a witness, for whoever asks how the log stands. */
    public void heard(Name tenant, Heard from) {
        log(tenant).witnessed().heard(from);
    }

    /** How it stands with every witness that was asked. */
    public List<Heard> heard(Name tenant) {
        var log = logs.get(tenant);
        return log == null ? List.of() : log.witnessed().heard();
    }

    /** Up to which record enough witnesses have cosigned. */
    public long witnessed(Name tenant) {
        var log = logs.get(tenant);
        return log == null ? 0 : log.witnessed().size();
    }

    /** Why no new action may rest on this log now: a witness contradicts it, or lags too far behind. Looks at memory only. */
    public Optional<String> unwitnessed(Name tenant) {
        var log = logs.get(tenant);
        return log == null ? Optional.empty() : log.witnessed().objection(log.durable(), clock.millis());
    }

    /** What a witness holds against this log; never taken back while the process lives. */
    public Optional<String> contradiction(Name tenant) {
        var log = logs.get(tenant);
        return log == null ? Optional.empty() : log.witnessed().contradiction();
    }

    /** The verifier keys that would follow on the present ones; made when there are none yet, and not yet in use. */
    public List<String> successorKeys(Name tenant) {
        var log = log(tenant);
        var keys = integrator.call(() -> log.rotation().successors());
        return keys.text().lines().toList();
    }

    /** Says that the record of a rotation will be written now; {@link #rotateKeys} follows. */
    public void beginRotation(Name tenant) {
        var log = log(tenant);
        integrator.run(log.rotation()::begin);
    }

    /**
     * Goes over to the successors' keys. Their record, which names them and the present ones, is in the log already.
     *
     * @return the last size that the old keys signed
     */
    public long rotateKeys(Name tenant) {
        var log = log(tenant);
        return integrator.call(() -> {
            var record = log.rotationRecord();
            if (record.isEmpty())
                throw new LedgerFailure(LedgerFailure.Code.RECORD, "no record names the successors' keys");
            return integrator.rotate(log, record.get());
        });
    }

    /** From which keys to which a log went over, oldest first. */
    public List<Handover> handovers(Name tenant) {
        return log(tenant).handovers();
    }

    /** The verifier keys of a tenant's log, one to a line: keep them elsewhere, for {@code verify --trust}. */
    public String trust(Name tenant) {
        return log(tenant).keys().trust().text();
    }

    /** Where the private keys of a tenant's log are kept; nothing when it has no log. */
    public Optional<Custody> custody(Name tenant) {
        return Optional.ofNullable(logs.get(tenant))
                .map(log -> new Custody(log.keys().places(), settings.token().map(Token::label)));
    }

    /**
     * A {@code writ-receipt/v1} for a decision, intent, refusal or hold: its records in order with their proofs under one
     * checkpoint; {@code disclose} picks by name the side values that it opens.
     */
    public Optional<byte[]> receipt(Name tenant, Id subject, Predicate<String> disclose) {
        var log = logs.get(tenant);
        if (log == null) return Optional.empty();
        try {
            return new Receipts(log, checkpoint(tenant)).receipt(subject, disclose);
        } catch (EvidenceFailure e) {
            throw LedgerFailure.of(e, "the receipt for " + subject + " cannot be made");
        }
    }

    /**
     * Copies a tenant's log, checkpoint and verifier keys to a new folder, or to a new file that ends in .zip;
     * {@code disclose} picks by name the side values that go with it in clear.
     */
    public void export(Name tenant, Path target, Predicate<String> disclose) {
        var signed = checkpoint(tenant);
        try {
            new Exports(log(tenant), signed, settings).write(target, disclose);
        } catch (IOException | EvidenceFailure e) {
            throw LedgerFailure.of(e, "the export to " + target + " failed");
        }
    }

    /** The number of the batch that is being written; 0 for none. One that does not change is stuck. */
    public long batchInHand() {
        return writer.batchInHand();
    }

    /** Why no more records are taken, when that is so. */
    public Optional<String> closedBecause() {
        return Optional.ofNullable(writer.closed()).map(LedgerClosed::getMessage);
    }

    /** Writes what waits, checkpoints every log and gives the data folder back; it is done when this returns. */
    @Override
    public synchronized void close() {
        if (!closing.compareAndSet(false, true)) return;
        writer.close();
        integrator.close();
        try {
            wal.close();
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the write-ahead file could not be closed");
        } finally {
            folder.release();
        }
    }
}
