package dev.writ.ledger;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.ledger.token.Token;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Handover;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.LogProof;
import dev.writ.ledger.verify.TilePath;
import dev.writ.ledger.verify.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One tenant's log. The writer gives indexes and hands over what is durable; the integrator moves it into tiles, side
 * store and caches, and signs checkpoints. What is durable but not yet in tiles waits in memory, where readers find it.
 */
final class TenantLog {
    /** Records after which the cache of open intents is written again: what a start after a crash may have to read. */
    private static final long CACHE_RECORDS = 10_000;

    private final Name tenant;
    private final String origin;
    private final Path keyFolder;
    private final SecureRandom random;
    private final Optional<Token> token;
    private final InstantSource clock;
    private final Rotation rotation;
    private final Witnessed witnessed;
    private final Seal seal;
    private final LogFolder folder;
    private final Tiles tiles;
    private final SideStore side;
    private final RecordIndex records;
    private final OpenIntents intents;
    private final Disk disk;

    private final ReentrantLock lock = new ReentrantLock();
    /** Durable and not in tiles yet; the first has the index {@code integrated}, the others follow. */
    private final List<Sealed> waiting = new ArrayList<>();

    private long next;
    private volatile long durable;
    private volatile long integrated;
    private volatile Checkpoint checkpoint;
    private volatile LogKeys keys;

    /** Opens a log or makes an empty one, with its keys, verifier keys and a checkpoint of size 0. */
    TenantLog(Name tenant, LedgerSettings settings, InstantSource clock, SecureRandom random, Disk disk)
            throws IOException {
        this.tenant = tenant;
        this.disk = disk;
        var origin = settings.origin(tenant);
        var place = tenant + "/" + settings.node();
        this.folder = new LogFolder(settings.data().resolve("ledger").resolve(place));
        boolean exists = Files.exists(folder.checkpointFile());
        this.keyFolder = settings.data().resolve("keys").resolve(place);
        this.origin = origin;
        this.random = random;
        this.clock = clock;
        this.token = settings.token();
        this.rotation = new Rotation(origin, keyFolder, folder.path(), disk, random, token);
        if (rotation.unfinished()) rotation.replaceKeys();
        this.keys = new LogKeys(origin, new KeyFolder(keyFolder, disk, random, !exists, token));
        this.seal = new Seal(tenant, settings, keys.cipher(), random);
        this.checkpoint = exists ? existing() : create(clock);
        long size = checkpoint.size();
        this.tiles = new Tiles(folder, checkpoint, disk);
        this.side = new SideStore(settings.data().resolve("side").resolve(place), size, disk);
        var cache = settings.data().resolve("cache/ledger").resolve(place);
        this.records = new RecordIndex(cache.resolve("records"), origin, size, disk);
        this.intents = new OpenIntents(cache.resolve("open-intents"), origin);
        this.next = size;
        this.durable = size;
        this.integrated = size;
        rebuildCaches(size);
        this.witnessed = new Witnessed(settings.witnesses(), exists ? folder.witnessed() : Optional.empty());
        witnessed.checkpointed(size, clock.millis());
    }

    private Checkpoint existing() throws IOException {
        var found = folder.checkpoint();
        var objection = keys.trust().objection(found);
        if (objection.isEmpty()) return found;
        // A crash between the handover and the first checkpoint of the new keys leaves the last one of the old.
        var last = rotation.last().filter(handover -> handover.size() == found.size());
        if (last.isEmpty() || last.get().predecessors().objection(found).isPresent())
            throw new LedgerFailure(LedgerFailure.Code.DAMAGED, folder.checkpointFile() + ": " + objection.get());
        writeTrust();
        var signed = keys.sign(found.size(), found.root(), clock.instant().getEpochSecond());
        disk.replace(folder.checkpointFile(), signed.bytes());
        return signed;
    }

    private void writeTrust() throws IOException {
        disk.replace(
                folder.path().resolve("trust"), keys.trust().text().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private Checkpoint create(InstantSource clock) throws IOException {
        disk.createFolders(folder.path());
        writeTrust();
        var empty = keys.sign(0, Digest.of(), clock.instant().getEpochSecond());
        disk.replace(folder.checkpointFile(), empty.bytes());
        return empty;
    }

    private void rebuildCaches(long size) throws IOException {
        intents.load(size, at -> Digest.ofBytes(folder.proofs(size).range(0, at)));
        long from = Math.min(records.rows(), intents.size());
        for (long bundle = from / TilePath.WIDTH; bundle * TilePath.WIDTH < size; bundle++) {
            long index = bundle * TilePath.WIDTH;
            for (var leaf : folder.entries(bundle, size)) {
                var found = RecordKeys.of(JsonReader.readObject(leaf));
                if (index >= records.rows()) records.add(found);
                intents.add(index++, found);
            }
            records.settle(false);
        }
        if (size - intents.saved() >= CACHE_RECORDS) saveIntents();
    }

    Name tenant() {
        return tenant;
    }

    LogKeys keys() {
        return keys;
    }

    Seal seal() {
        return seal;
    }

    LogFolder folder() {
        return folder;
    }

    Witnessed witnessed() {
        return witnessed;
    }

    Rotation rotation() {
        return rotation;
    }

    List<Handover> handovers() {
        return folder.handovers();
    }

    SideStore side() {
        return side;
    }

    RecordIndex records() {
        return records;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    long durable() {
        return durable;
    }

    /** Up to where tiles and side store hold everything. */
    long integrated() {
        return integrated;
    }

    /** The next free index; asked by the writer alone. */
    long assign() {
        return next++;
    }

    /** Takes a record that is on disk. */
    void accept(long index, Sealed sealed) {
        lock.lock();
        try {
            waiting.add(sealed);
            durable = index + 1;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a record out of the write-ahead file at start; those already in tiles come again and are passed over. */
    void replay(Frame frame) {
        if (frame.index() < next) return;
        if (frame.index() > next)
            throw new LedgerFailure(
                    LedgerFailure.Code.DAMAGED,
                    folder.checkpointFile() + ": the tiles end at record " + next + ", the write-ahead file goes on at "
                            + frame.index());
        var keysOf = RecordKeys.of(JsonReader.readObject(frame.leaf()));
        var hash = new dev.writ.ledger.verify.TreeHash().leaf(frame.leaf());
        accept(assign(), new Sealed(frame.leaf(), hash, keysOf, frame.side()));
    }

    /** Moves whole bundles into tiles; returns how much memory that gave back. */
    long integrateBundles() throws IOException {
        long freed = integrate(durable / TilePath.WIDTH * TilePath.WIDTH);
        records.settle(false);
        release();
        return freed;
    }

    private long integrate(long end) throws IOException {
        long weight = 0;
        long index = tiles.size();
        for (var record : upTo(end)) {
            for (var value : record.side()) side.add(index, value);
            tiles.append(record.leaf(), record.hash());
            records.add(record.keys());
            intents.add(index++, record.keys());
            weight += record.weight();
        }
        side.write();
        return weight;
    }

    /** The waiting records that are not in tiles yet, below an end. */
    private List<Sealed> upTo(long end) {
        lock.lock();
        try {
            int from = (int) (tiles.size() - integrated);
            return from >= end - integrated
                    ? List.of()
                    : new ArrayList<>(waiting.subList(from, (int) (end - integrated)));
        } finally {
            lock.unlock();
        }
    }

    private void release() {
        lock.lock();
        try {
            waiting.subList(0, (int) (tiles.size() - integrated)).clear();
            integrated = tiles.size();
        } finally {
            lock.unlock();
        }
    }

    /** Moves everything durable into tiles and signs that size; returns how much memory that gave back. */
    long checkpointNow(InstantSource clock) throws IOException {
        long freed = integrate(durable);
        if (tiles.size() == checkpoint.size()) return freed;
        side.settle();
        tiles.settle();
        records.settle(true);
        var signed = keys.sign(tiles.size(), tiles.root(), clock.instant().getEpochSecond());
        disk.replace(folder.checkpointFile(), signed.bytes());
        checkpoint = signed;
        witnessed.checkpointed(signed.size(), clock.millis());
        release();
        tiles.prune();
        if (tiles.size() - intents.saved() >= CACHE_RECORDS) saveIntents();
        return freed;
    }

    /**
     * Keeps cosignatures: with the current checkpoint where they are of it, and on their own once they are enough. Runs
     * on the integrator's thread.
     */
    void cosigned(Checkpoint cosigned) throws IOException {
        if (cosigned.size() == checkpoint.size()
                && cosigned.note().text().equals(checkpoint.note().text())) {
            var merged = checkpoint.with(cosigned.note().signatures());
            disk.replace(folder.checkpointFile(), merged.bytes());
            checkpoint = merged;
        }
        if (!witnessed.isAdvance(cosigned)) return;
        disk.replace(folder.path().resolve(LogFolder.WITNESSED), cosigned.bytes());
        witnessed.advance(cosigned);
    }

    /** Keeps what a witness holds against this log, so that no start goes on with it. */
    void keepContradiction(String why) throws IOException {
        disk.replace(
                folder.path().resolve(LogFolder.CONTRADICTED), why.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /**
     * Goes over to the successors' keys, which the record at this index names. Runs on the integrator's thread; a failure
     * on the way closes the ledger, and the next start completes the change.
     */
    void rotate(long index) throws IOException {
        checkpointNow(clock);
        long size = checkpoint.size();
        var ours = keys.trust().keys();
        var handedOver =
                checkpoint.only(line -> ours.stream().anyMatch(key -> key.name().equals(line.name())));
        var leaf = folder.entries(index / TilePath.WIDTH, size).get((int) (index % TilePath.WIDTH));
        var proof = new LogProof(index, folder.proofs(size).inclusion(index, size), handedOver);
        rotation.keep(new Handover(new String(leaf, java.nio.charset.StandardCharsets.UTF_8), proof));
        rotation.replaceKeys();
        keys = new LogKeys(origin, new KeyFolder(keyFolder, disk, random, false, token));
        writeTrust();
        var signed = keys.sign(size, handedOver.root(), clock.instant().getEpochSecond());
        disk.replace(folder.checkpointFile(), signed.bytes());
        checkpoint = signed;
    }

    /** Completes at start a rotation whose record was written and whose handover was not. */
    void resumeRotation() throws IOException {
        if (!rotation.begun()) return;
        var record = rotationRecord();
        if (record.isPresent()) rotate(record.get());
        else rotation.abandon();
    }

    /** Where the record lies that names the successors' keys; the newest records are looked at first. */
    Optional<Long> rotationRecord() throws IOException {
        var wanted =
                rotation.successors().keys().stream().map(VerifierKey::toString).toList();
        long covered = rotation.last().map(Handover::size).orElse(0L);
        var records = new Records(this);
        for (long index = durable - 1; index >= covered; index--) {
            var record = records.read(index).map(Entry::record).orElse(Json.Obj.EMPTY);
            if (record.string("kind").equals(Optional.of(Handover.KIND))
                    && record.string("event").equals(Optional.of(Handover.ROTATED))
                    && record.array(Handover.KEYS).equals(Optional.of(Json.Arr.ofStrings(wanted))))
                return Optional.of(index);
        }
        return Optional.empty();
    }

    /** Writes the cache of open intents; the log must be checkpointed up to its end. */
    void saveIntents() throws IOException {
        if (intents.saved() != checkpoint.size() && intents.size() == checkpoint.size())
            intents.save(intents.snapshot(checkpoint.root()), checkpoint.size(), disk);
    }

    /** A durable record that waits in memory. */
    Optional<byte[]> waitingLeaf(long index) {
        lock.lock();
        try {
            long at = index - integrated;
            return at < 0 || at >= waiting.size()
                    ? Optional.empty()
                    : Optional.of(waiting.get((int) at).leaf());
        } finally {
            lock.unlock();
        }
    }

    /** Indexes of waiting records that an id finds. */
    List<Long> waitingAbout(String id) {
        lock.lock();
        try {
            var found = new ArrayList<Long>();
            for (int i = 0; i < waiting.size(); i++) if (waiting.get(i).keys().has(id)) found.add(integrated + i);
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Indexes of the intents without an outcome, ascending. Runs on the integrator's thread. */
    List<Long> openIntents() {
        lock.lock();
        try {
            var current = intents.copy();
            long index = integrated;
            for (var record : waiting) current.add(index++, record.keys());
            return current.indexes();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a checkpoint is of a beginning of this log. */
    boolean contains(Checkpoint other) {
        var root = folder.proofs(checkpoint.size()).range(0, other.size());
        return other.origin().equals(origin) && Digest.ofBytes(root).equals(other.root());
    }

    Path path() {
        return folder.path();
    }
}
