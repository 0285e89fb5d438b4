package dev.writ.store;

import java.util.concurrent.CompletableFuture;

/**
 * A transaction whose end its caller did not learn: the database was lost while it committed, or did not answer in time.
 * It is found out later, at the latest with the next transaction that the database answers.
 */
final class InDoubt extends StoreError {
    private static final long serialVersionUID = 1;

    private final transient CompletableFuture<Boolean> committed;

    /** @param committed completed with whether it was committed, once that is known */
    InDoubt(CompletableFuture<Boolean> committed, Throwable cause) {
        super(
                Code.IN_DOUBT,
                "the database did not confirm the change; whether it was saved shows once the database answers again,"
                        + " so look before you repeat it",
                cause);
        this.committed = committed;
    }

    CompletableFuture<Boolean> committed() {
        return committed;
    }
}
