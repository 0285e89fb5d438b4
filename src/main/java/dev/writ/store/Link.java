package dev.writ.store;

/** One connection to a database and what it takes to run transactions on it, one after the other. */
interface Link extends AutoCloseable {
    /**
     * Runs the work in a transaction and commits it.
     *
     * @throws StoreError when nothing of it remains
     * @throws InDoubt when it is not known whether it was committed
     */
    <T> T run(Transaction<T> work);

    @Override
    void close();
}
