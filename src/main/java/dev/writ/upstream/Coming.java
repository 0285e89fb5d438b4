package dev.writ.upstream;

import dev.writ.base.NeverWaits;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What comes of something that was begun on a thread that never waits. It must be taken once, whether anybody still wants
 * it or not: what is to be settled is settled then.
 *
 * @param waits whether taking it takes a thread that may wait: a stream is to be read, say
 * @param source throws what kept it from coming
 */
public record Coming<T>(boolean waits, Supplier<T> source) {
    public T take() {
        return source.get();
    }

    static <T> Coming<T> failed(RuntimeException why) {
        return new Coming<>(false, () -> {
            throw why;
        });
    }

    /** What is made; a fault in making it comes to light where it is taken. */
    public static <T> Coming<T> of(Supplier<Coming<T>> making) {
        try {
            return making.get();
        } catch (RuntimeException e) {
            return failed(e);
        } catch (Error e) {
            return new Coming<>(false, () -> {
                throw e;
            });
        }
    }

    /** Has something done as soon as it was taken, or could not be. */
    public Coming<T> then(Runnable done) {
        return new Coming<>(waits, () -> {
            try {
                return source.get();
            } finally {
                done.run();
            }
        });
    }

    public <U> Coming<U> map(Function<T, U> to) {
        return new Coming<>(waits, () -> to.apply(source.get()));
    }

    /** Begins something and waits for what comes of it; whoever is interrupted meanwhile cancels, and waits for the end. */
    static <T> T awaited(Consumer<Consumer<Coming<T>>> begin, Cancellation cancellation) {
        NeverWaits.refuse("an answer");
        var coming = new CompletableFuture<Coming<T>>();
        begin.accept(coming::complete);
        return come(coming, cancellation).take();
    }

    private static <T> T come(CompletableFuture<T> coming, Cancellation cancellation) {
        try {
            return coming.get();
        } catch (InterruptedException e) {
            cancellation.cancel();
            var come = coming.join();
            Thread.currentThread().interrupt();
            return come;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
