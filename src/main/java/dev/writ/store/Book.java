package dev.writ.store;

import dev.writ.base.NeverWaits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Keeps an immutable snapshot in memory in step with its rows in the database. Readers take one volatile read.
 *
 * <p>There are two ways to change it. A {@link #command} is durable before anyone sees it: most changes, and every
 * change that gives authority. {@link #atOnce} is seen before it is durable: changes that take authority away, which
 * must not wait for a slow disk and must hold when the disk has failed.
 *
 * <p>How the two stay in step: {@code saved} is what the database holds, {@code unsaved} the changes at once that it
 * does not hold yet, in order; {@code now} is always {@code saved} with {@code unsaved} on top. A command that was
 * planned before a revocation and is saved after it therefore slides below the revocation and cannot undo it. What
 * could not be saved is saved before the next command; until then every command fails. What is in doubt, because the
 * database was lost while it committed, is cleared up before the next command in the same way: memory takes it over if
 * the database turns out to hold it.
 *
 * <p>Nobody waits longer than the store's patience for those before.
 */
public final class Book<S> {
    private final Store store;
    private final ReentrantLock commands = new ReentrantLock(true);
    private final Object swap = new Object();
    private final List<Change<S>> unsaved = new ArrayList<>();
    private S saved;
    private volatile S now;
    private volatile Optional<Doubt> doubt = Optional.empty();

    /** A saving whose end is unknown, and what memory does once it is known to be saved. */
    private record Doubt(CompletableFuture<Boolean> committed, Runnable kept) {}

    /** @param first what the database holds */
    public Book(Store store, S first) {
        this.store = store;
        this.saved = first;
        this.now = first;
    }

    public S now() {
        return now;
    }

    /** Plans on the newest snapshot, saves in one transaction, then shows. Commands of one book run one at a time. */
    public <A> A command(Function<S, Plan<S, A>> planner) {
        awaitTurn();
        try {
            clearDoubt();
            saveWhatIsUnsaved();
            var plan = planner.apply(now);
            if (plan.changes().isEmpty()) return plan.answer();
            save(plan.changes(), () -> {
                saved = applied(saved, plan.changes());
                now = applied(saved, unsaved);
            });
            return plan.answer();
        } finally {
            commands.unlock();
        }
    }

    /**
     * Shows first, then announces, then saves.
     *
     * @param announce called once after the swap, on this thread, with the answer; what it throws is thrown after saving
     */
    public <A> AtOnce<A> atOnce(Function<S, Plan<S, A>> planner, Consumer<A> announce) {
        Plan<S, A> plan;
        synchronized (swap) {
            plan = planner.apply(now);
            unsaved.addAll(plan.changes());
            now = applied(now, plan.changes());
        }
        if (plan.changes().isEmpty()) {
            announce.accept(plan.answer());
            return new AtOnce<>(plan.answer(), Optional.empty());
        }
        Optional<StoreError> failure = Optional.empty();
        try {
            announce.accept(plan.answer());
        } finally {
            failure = trySaving();
        }
        return new AtOnce<>(plan.answer(), failure);
    }

    /** Returns when the database holds everything that is seen, and throws when it cannot. */
    public void settle() {
        synchronized (swap) {
            if (unsaved.isEmpty() && doubt.isEmpty()) return;
        }
        awaitTurn();
        try {
            clearDoubt();
            saveWhatIsUnsaved();
        } finally {
            commands.unlock();
        }
    }

    private Optional<StoreError> trySaving() {
        try {
            settle();
            return Optional.empty();
        } catch (StoreError e) {
            return Optional.of(e);
        }
    }

    /** Also when interrupted: a change that was begun is brought to an end. */
    private void awaitTurn() {
        NeverWaits.refuse("the database");
        long until = System.nanoTime() + store.patience().toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (commands.tryLock(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) return;
                    throw new StoreError(
                            StoreError.Code.STALLED,
                            "the database does not answer those before; nothing was changed, try again in a moment");
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private void clearDoubt() {
        if (doubt.isEmpty()) return;
        var committed = doubt.get().committed();
        // Whatever the writer does next, it finds out first.
        if (!committed.isDone()) store.probe();
        if (!committed.isDone())
            throw new StoreError(
                    StoreError.Code.STALLED, "the database has not yet answered the change before this one");
        if (committed.join()) keep(doubt.get().kept());
        doubt = Optional.empty();
    }

    private void saveWhatIsUnsaved() {
        List<Change<S>> waiting;
        synchronized (swap) {
            waiting = List.copyOf(unsaved);
        }
        if (waiting.isEmpty()) return;
        save(waiting, () -> {
            saved = applied(saved, waiting);
            unsaved.subList(0, waiting.size()).clear();
        });
    }

    private void save(List<Change<S>> changes, Runnable kept) {
        try {
            store.write(sql -> {
                for (var change : changes) change.save(sql);
                return changes.size();
            });
        } catch (InDoubt e) {
            doubt = Optional.of(new Doubt(e.committed(), kept));
            throw e;
        }
        keep(kept);
    }

    private void keep(Runnable kept) {
        synchronized (swap) {
            kept.run();
        }
    }

    private static <S> S applied(S before, List<Change<S>> changes) {
        var after = before;
        for (var change : changes) after = change.apply(after);
        return after;
    }
}
