package dev.writ.witness;

import dev.writ.base.Name;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Settings;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Note;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Has our logs cosigned, away from every decision: looks a few times a second which log has a new checkpoint, asks all
 * witnesses for that same checkpoint at once, and hands what they sign to the ledger. A witness that is down is asked
 * again with growing pauses; one that knows another history stops everything that would rest on that log.
 */
public final class Cosigner implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Cosigner.class.getName());
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Ledger ledger;
    private final List<Peer> peers;
    private final InstantSource clock;
    private final HttpClient client;
    private final ExecutorService talks = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("writ-cosigner").factory());
    private final ConcurrentHashMap<Name, List<Correspondence>> correspondences = new ConcurrentHashMap<>();
    private final Set<Name> busy = ConcurrentHashMap.newKeySet();

    private Cosigner(Ledger ledger, List<Peer> peers, InstantSource clock) {
        this.ledger = ledger;
        this.peers = List.copyOf(peers);
        this.clock = clock;
        this.client = HttpClient.start(Settings.to(Destinations.anyGrantable()));
    }

    /**
     * Asks every witness about every log, and from then on again and again. A witness that cannot be reached does not keep
     * us from starting; what may be done meanwhile is a matter of the lag.
     *
     * @throws WitnessFailure {@code CONTRADICTED} when one of them proves more or another history than ours
     */
    public static Cosigner start(Ledger ledger, List<Peer> peers, InstantSource clock) {
        var cosigner = new Cosigner(ledger, peers, clock);
        try {
            cosigner.askEveryone();
        } catch (RuntimeException e) {
            cosigner.close();
            throw e;
        }
        var _ = cosigner.timer.scheduleWithFixedDelay(
                cosigner::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return cosigner;
    }

    private void askEveryone() {
        var rounds = new ArrayList<Future<?>>();
        for (var tenant : ledger.tenants()) rounds.add(talks.submit(() -> round(tenant)));
        rounds.forEach(Cosigner::await);
        for (var tenant : ledger.tenants())
            ledger.contradiction(tenant).ifPresent(why -> {
                throw new WitnessFailure(WitnessFailure.Code.CONTRADICTED, "the log of " + tenant + ": " + why, null);
            });
    }

    private void look() {
        for (var tenant : ledger.tenants()) {
            if (!busy.add(tenant)) continue;
            var _ = talks.submit(() -> {
                try {
                    round(tenant);
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.WARNING, "cosigning failed; it is tried again", e);
                } finally {
                    busy.remove(tenant);
                }
            });
        }
    }

    /** One checkpoint for all witnesses: a quorum must have signed the same one. */
    private void round(Name tenant) {
        var target = ledger.current(tenant);
        var due = correspondences.computeIfAbsent(tenant, this::correspondences).stream()
                .filter(one -> one.due(target))
                .toList();
        if (due.isEmpty()) return;
        var answers = new ArrayList<Future<Correspondence.Answer>>();
        for (var one : due) answers.add(talks.submit(() -> one.ask(target)));
        var lines = new ArrayList<Note.Line>();
        for (var answer : answers) {
            switch (await(answer)) {
                case Correspondence.Answer.Cosigned(var signed) -> lines.addAll(signed);
                case Correspondence.Answer.Trouble _ -> {}
                case Correspondence.Answer.Contradiction(var why) -> contradicted(tenant, why);
            }
        }
        if (!lines.isEmpty()) keep(tenant, target.with(lines));
    }

    private void contradicted(Name tenant, String why) {
        LOG.log(System.Logger.Level.ERROR, "nothing is permitted any more for " + tenant + ": " + why);
        try {
            ledger.contradicted(tenant, why);
        } catch (LedgerFailure e) {
            LOG.log(System.Logger.Level.WARNING, "it could not be kept for the next start: " + e.getMessage());
        }
    }

    private void keep(Name tenant, Checkpoint cosigned) {
        try {
            ledger.cosigned(tenant, cosigned);
        } catch (LedgerFailure e) {
            LOG.log(System.Logger.Level.WARNING, "cosignatures could not be kept: " + e.getMessage());
        }
    }

    private List<Correspondence> correspondences(Name tenant) {
        return peers.stream()
                .map(peer -> new Correspondence(peer, tenant, ledger, client, clock))
                .toList();
    }

    private static <T> T await(Future<T> talk) {
        try {
            return talk.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a talk with a witness failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        talks.shutdownNow();
        client.close();
    }
}
