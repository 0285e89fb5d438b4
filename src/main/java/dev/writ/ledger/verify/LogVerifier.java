package dev.writ.ledger.verify;

import dev.writ.base.Json;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Verifies one log: signatures, every record against its hash, every tile, the root, then what the records say. */
final class LogVerifier {
    private static final int AHEAD = 4;

    /** Sees every record in order; side values are checked this way. */
    interface Reader {
        void record(long index, Json.Obj record);

        void end();
    }

    private final LogFolder log;
    private final String tenant;
    private final String node;
    private final Optional<Trust> trust;
    private final @Nullable Checkpoint since;
    private final Report report;

    LogVerifier(
            LogFolder log,
            String tenant,
            String node,
            Optional<Trust> trust,
            @Nullable Checkpoint since,
            Report report) {
        this.log = log;
        this.tenant = tenant;
        this.node = node;
        this.trust = trust;
        this.since = since;
        this.report = report;
    }

    /** Everything of a log that is signed, read before any record. */
    private record Heads(Checkpoint head, Optional<Checkpoint> witnessed, KeyChain chain) {
        List<Checkpoint> all() {
            return witnessed.map(w -> List.of(head, w)).orElse(List.of(head));
        }
    }

    void verify(Reader side) {
        Heads heads;
        try {
            // In this order: a running log signs a head before others cosign it.
            var witnessed = log.witnessed();
            var head = log.checkpoint();
            heads = new Heads(head, witnessed, new KeyChain(head.origin(), log.handovers(), stated()));
        } catch (EvidenceFailure e) {
            if (e.code() == EvidenceFailure.Code.UNREADABLE) throw e;
            report.failed(e.getMessage() + "");
            return;
        }
        var checkpoint = heads.head;
        report.note("log " + checkpoint.origin());
        signatures(heads);
        if (!checkpoint.origin().endsWith("/" + tenant + "/" + node))
            report.failed("the checkpoint of " + tenant + "/" + node + " is of another log: " + checkpoint.origin());
        records(heads, side);
        new Leftovers(log, checkpoint.size(), report).check();
        WitnessCheck.tell(trust, heads.all(), checkpoint.size(), report);
    }

    private void signatures(Heads heads) {
        var checkpoint = heads.head;
        var origin = checkpoint.origin();
        heads.chain.objections().forEach(report::failed);
        var stated = heads.chain.stated();
        stated.flatMap(keys -> keys.incomplete(origin))
                .ifPresent(why -> report.failed(log.path().resolve("trust") + ": " + why));
        if (trust.isEmpty() || !stated.map(s -> s.agrees(trust.get(), origin)).orElse(true))
            stated.flatMap(_ -> heads.chain.objection(checkpoint))
                    .ifPresent(why -> report.failed("checkpoint against the trust file beside it: " + why));
        if (trust.isEmpty()) {
            report.note("keys: self-asserted (give --trust FILE, exported earlier, to know whose log this is)");
            if (stated.isPresent() && report.passed()) report.held(signed(checkpoint) + " by its own keys");
            return;
        }
        var objection = KeyChain.objection(trust.get(), heads.chain.handovers(), checkpoint);
        if (objection.isPresent()) report.failed("checkpoint of " + origin + ": " + objection.get());
        else report.held(signed(checkpoint) + " by trusted keys");
    }

    private static String signed(Checkpoint checkpoint) {
        return "checkpoint: " + checkpoint.size() + " records, root " + checkpoint.root() + ", signed";
    }

    /** The keys that the log itself states. */
    private Optional<Trust> stated() {
        try {
            return Optional.of(Trust.parse(
                    new String(LogFolder.read(log.path().resolve("trust")), java.nio.charset.StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            report.failed(log.path().resolve("trust") + ": not verifier keys: " + e.getMessage());
        } catch (EvidenceFailure e) {
            report.failed(e.getMessage() + "");
        }
        return Optional.empty();
    }

    private void records(Heads heads, Reader side) {
        var checkpoint = heads.head;
        var wanted = new HashSet<Long>();
        heads.witnessed.ifPresent(w -> wanted.add(w.size()));
        for (var handover : heads.chain.handovers()) wanted.add(handover.size());
        if (since != null) wanted.add(since.size());
        var tree = new TreeCheck(log, checkpoint.size(), wanted, report);
        var keys = new KeyRecords(report);
        var story = new Story(report);
        long failuresBefore = report.failures();
        inParallel(checkpoint.size(), (bundle, root) -> {
            bundle.failures().forEach(report::failed);
            tree.add(bundle, root);
            long index = bundle.bundle() * TilePath.WIDTH;
            for (var record : bundle.records()) {
                place(index, record);
                story.tell(index, record);
                keys.tell(index, record);
                side.record(index++, record);
            }
        });
        root(checkpoint, tree);
        if (report.failures() == failuresBefore)
            report.held(checkpoint.size() + " records: hashes, tiles, root, no gap; outcomes, approvals and ids agree");
        side.end();
        keys.against(heads.chain, checkpoint);
        keys.against("the checkpoint", checkpoint);
        for (var handover : heads.chain.handovers()) {
            if (!tree.contains(handover.checkpoint()))
                report.failed("the key rotation of record " + handover.proof().index()
                        + " was handed over under records that are not these");
            keys.against("the handover of record " + handover.proof().index(), handover.checkpoint());
        }
        heads.witnessed.ifPresent(witnessed -> witnessed(witnessed, heads, tree, keys));
        consistency(heads, tree, keys);
    }

    /** What others cosigned must be a beginning of these records, and ours. */
    private void witnessed(Checkpoint witnessed, Heads heads, TreeCheck tree, KeyRecords keys) {
        heads.chain
                .objection(witnessed)
                .ifPresent(
                        why -> report.failed("the witnessed checkpoint of " + witnessed.size() + " records: " + why));
        keys.against("the witnessed checkpoint", witnessed);
        if (!witnessed.origin().equals(heads.head.origin()))
            report.failed("the witnessed checkpoint is of another log: " + witnessed.origin());
        else if (witnessed.size() > heads.head.size())
            report.failed("witnesses cosigned " + witnessed.size() + " records and the log has " + heads.head.size()
                    + ": records were cut off or an old state was put back");
        else if (!tree.contains(witnessed))
            report.failed("the first " + witnessed.size()
                    + " records are not those that witnesses cosigned: history was rewritten");
    }

    private void place(long index, Json.Obj record) {
        record.string("tenant")
                .filter(t -> !t.equals(tenant))
                .ifPresent(other ->
                        report.failed(Story.name(index, record) + " is of tenant " + other + ", not " + tenant));
        record.string("node")
                .filter(n -> !n.equals(node))
                .ifPresent(
                        other -> report.failed(Story.name(index, record) + " is of node " + other + ", not " + node));
    }

    private void root(Checkpoint checkpoint, TreeCheck tree) {
        var root = tree.finish();
        if (tree.leaves() != checkpoint.size())
            report.failed("the tiles hold " + tree.leaves() + " records, the checkpoint says " + checkpoint.size());
        else if (!Arrays.equals(root, checkpoint.root().bytes()))
            report.failed("the records do not have the root that the checkpoint signs");
    }

    private void consistency(Heads heads, TreeCheck tree, KeyRecords keys) {
        var checkpoint = heads.head;
        if (since == null || !since.origin().equals(checkpoint.origin())) return;
        // By the keys that the log had then; whoever trusts keys of that time may use them as well.
        var objection = heads.chain.objection(since);
        if (objection.isPresent() && trust.isPresent()) objection = trust.get().objection(since);
        objection.ifPresent(why -> report.failed("the checkpoint given with --since: " + why));
        keys.against("the checkpoint given with --since", since);
        if (since.size() > checkpoint.size())
            report.failed("the log has " + checkpoint.size() + " records and had " + since.size()
                    + " at the checkpoint given with --since: records were cut off or an old state was put back");
        else if (!tree.contains(since))
            report.failed("the first " + since.size()
                    + " records are not those of the checkpoint given with --since: history was rewritten");
        else report.held("consistent with the checkpoint of " + since.size() + " records given with --since");
    }

    private interface Each {
        void accept(BundleCheck bundle, byte[] root);
    }

    @SuppressWarnings("ArrayRecordComponent") // handed over once
    private record Checked(BundleCheck bundle, byte[] root) {
        static Checked of(LogFolder log, long bundle, long size) {
            var checked = BundleCheck.of(log, bundle, size);
            return new Checked(checked, checked.root());
        }
    }

    /** Checks bundles on all processors and hands them over in order; a few are ahead, so memory stays bounded. */
    private void inParallel(long size, Each each) {
        long bundles = (size + TilePath.WIDTH - 1) / TilePath.WIDTH;
        int threads = (int) Math.min(bundles, Runtime.getRuntime().availableProcessors());
        if (threads == 0) return;
        try (var pool = Executors.newFixedThreadPool(threads)) {
            var ahead = new ArrayDeque<Future<Checked>>();
            long next = 0;
            while (next < bundles || !ahead.isEmpty()) {
                for (; next < bundles && ahead.size() < threads * AHEAD; next++) {
                    long bundle = next;
                    ahead.add(pool.submit(() -> Checked.of(log, bundle, size)));
                }
                var done = ahead.removeFirst().get();
                each.accept(done.bundle, done.root);
                // A size that nobody signed may be any number: stop where the files end.
                if (done.bundle.hashes().isEmpty()) return;
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a bundle could not be checked", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
