package dev.writ.base;

/**
 * Marks a thread on which nothing may wait, since a thousand connections hang on it. Whatever waits for a disk, a
 * database, a peer or another thread asks {@link #refuse} first: a mistake is then a failure that tests see, and not a
 * server that stands still now and then.
 */
public interface NeverWaits {
    /**
     * @param what would wait
     * @throws IllegalStateException on such a thread
     */
    static void refuse(String what) {
        if (Thread.currentThread() instanceof NeverWaits)
            throw new IllegalStateException(what + " would wait, on a thread that must not");
    }
}
