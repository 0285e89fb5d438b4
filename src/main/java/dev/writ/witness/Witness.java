package dev.writ.witness;

import dev.writ.base.Digest;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.ledger.CheckpointSigner;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Note;
import dev.writ.ledger.verify.Proofs;
import dev.writ.ledger.verify.VerifierKey;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A witness (c2sp.org/tlog-witness): cosigns a checkpoint of a log that it knows when it is an extension of the last one
 * that it cosigned, and remembers it before it answers. Thread-safe: what is checked and what is remembered of one log
 * happens in one piece.
 */
public final class Witness implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Witness.class.getName());
    private static final int STRIPES = 64;
    private static final Digest EMPTY_ROOT = Digest.of();

    private final CheckpointSigner signer;
    private final KnownLogs logs;
    private final Memory memory;
    private final InstantSource clock;
    private final List<ReentrantLock> locks =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toList();

    Witness(CheckpointSigner signer, KnownLogs logs, Memory memory, InstantSource clock) {
        this.signer = signer;
        this.logs = logs;
        this.memory = memory;
        this.clock = clock;
    }

    /** Its verifier keys, for those whose logs it serves. */
    public List<VerifierKey> keys() {
        return signer.keys();
    }

    public int logsKnown() {
        return logs.count();
    }

    List<Route> routes() {
        return List.of(
                new Route("POST", "/add-checkpoint", Submission.BYTES_MAX, "public", this::addCheckpoint),
                new Route("GET", "/{origin}/checkpoint", 0, "public", this::checkpoint));
    }

    private Answer addCheckpoint(Request request) {
        Submission submission;
        try {
            submission = Submission.parse(request.body());
        } catch (IllegalArgumentException e) {
            return refused(400, String.valueOf(e.getMessage()));
        }
        var checkpoint = submission.checkpoint();
        var keys = logs.keys(checkpoint.origin());
        if (keys.isEmpty()) return refused(404, "this log is not known here");
        // signed-note: a bad signature of a known key spoils the note; signatures of others are read over.
        boolean signed = false;
        for (var key : keys) {
            if (!checkpoint.names(key)) continue;
            if (!checkpoint.signedBy(key)) return refused(403, "a signature of a known key does not verify");
            signed = true;
        }
        if (!signed) return refused(403, "no signature of a key that is known for this log");
        var lock = locks.get(Math.floorMod(checkpoint.origin().hashCode(), STRIPES));
        lock.lock();
        try {
            return judged(submission, keys);
        } catch (WitnessFailure e) {
            LOG.log(System.Logger.Level.ERROR, "nothing was cosigned", e);
            return refused(503, "this witness cannot remember now, so it cannot sign");
        } finally {
            lock.unlock();
        }
    }

    /** The checks of tlog-witness, "add-checkpoint", in their order; the caller holds the log's lock. */
    private Answer judged(Submission submission, List<VerifierKey> keys) {
        var checkpoint = submission.checkpoint();
        if (submission.old() > checkpoint.size()) return refused(400, "the old size is larger than the checkpoint's");
        var latest = memory.latest(checkpoint.origin());
        long known = latest.map(Checkpoint::size).orElse(0L);
        if (submission.old() != known)
            return Answer.of(409, "text/x.tlog.size", (known + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        if (checkpoint.size() == 0 && !checkpoint.root().equals(EMPTY_ROOT))
            return refused(422, "an empty tree has another root");
        if (!consistent(submission, latest.map(Checkpoint::root).orElse(EMPTY_ROOT))) {
            // "MAY log the request even if …, as it might be proof of log misbehavior"
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a checkpoint contradicts what was cosigned at " + known + ":\n" + checkpoint.note());
            return refused(422, "the checkpoint is not shown to extend the one cosigned at " + known);
        }
        var lines = signer.sign(checkpoint, clock.instant().getEpochSecond());
        var ours = keys.stream().filter(checkpoint::names).toList();
        // With what was verified alone: others' signatures are not ours to hand out.
        memory.remember(checkpoint
                .only(line -> ours.stream().anyMatch(key -> names(line, key)))
                .with(lines));
        return Answer.text(200, lines.stream().map(Note.Line::toString).collect(Collectors.joining()));
    }

    private static boolean names(Note.Line line, VerifierKey key) {
        return line.name().equals(key.name()) && line.keyId() == key.id();
    }

    private static boolean consistent(Submission submission, Digest oldRoot) {
        var checkpoint = submission.checkpoint();
        return Proofs.consistent(
                submission.old(),
                checkpoint.size(),
                submission.proof(),
                oldRoot.bytes(),
                checkpoint.root().bytes());
    }

    private Answer checkpoint(Request request) {
        var name = request.parameter("origin");
        if (!name.matches("[0-9a-f]{64}")) return refused(404, "not the hash of an origin");
        try {
            return memory.kept(name)
                    .<Answer>map(kept -> Answer.of(200, "text/plain; charset=utf-8", kept.bytes()))
                    .orElseGet(() -> refused(404, "nothing of that log was cosigned"));
        } catch (WitnessFailure e) {
            LOG.log(System.Logger.Level.ERROR, "a checkpoint cannot be told", e);
            return refused(503, "this witness cannot read what it remembers");
        }
    }

    private static Answer refused(int status, String why) {
        return Answer.text(status, why + "\n");
    }

    @Override
    public void close() {
        memory.close();
    }
}
