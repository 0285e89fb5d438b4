package dev.writ.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Something that waits for the writer, as a link of the stack that hands it over. Told what came of it once. */
abstract sealed class Waiting {
    @Nullable
    Waiting next;

    /** A record to be written. */
    abstract static sealed class Append extends Waiting {
        final TenantLog log;
        final Sealed sealed;

        Append(TenantLog log, Sealed sealed) {
            this.log = log;
            this.sealed = sealed;
        }
    }

    /** Somebody waits for it. */
    static final class Awaited extends Append {
        final CompletableFuture<Appended> done = new CompletableFuture<>();

        Awaited(TenantLog log, Sealed sealed) {
            super(log, sealed);
        }
    }

    /** Somebody is told on an executor; false when it was not written. */
    static final class Told extends Append {
        final Executor on;
        final Consumer<Boolean> then;
        /** Set by the writer once it is on disk, so that a failure later in the same batch does not tell otherwise. */
        boolean written;

        Told(TenantLog log, Sealed sealed, Executor on, Consumer<Boolean> then) {
            super(log, sealed);
            this.on = on;
            this.then = then;
        }
    }

    /** Nobody waits for it; it rides the next commit. */
    static final class Riding extends Append {
        Riding(TenantLog log, Sealed sealed) {
            super(log, sealed);
        }
    }

    /** Everything that was offered before is to be on disk, and with {@code rotate} in a segment that is over. */
    static final class Barrier extends Waiting {
        final boolean rotate;
        final CompletableFuture<Boolean> done = new CompletableFuture<>();

        Barrier(boolean rotate) {
            this.rotate = rotate;
        }
    }

    /** The links of a stack, oldest first. */
    static List<Waiting> inOrder(@Nullable Waiting newest) {
        var all = new ArrayList<Waiting>();
        for (var one = newest; one != null; one = one.next) all.add(one);
        Collections.reverse(all);
        return all;
    }
}
