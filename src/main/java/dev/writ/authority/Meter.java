package dev.writ.authority;

/** Counts the calls of one task against what is leased of its budget. */
final class Meter {
    private long used;
    private long leased;
    private long limit;
    private boolean closed;

    /**
     * After a restart everything that was leased counts as used.
     *
     * @param limit what is the task's own of its budget, whatever is leased
     */
    Meter(long leased, long limit) {
        this.used = leased;
        this.leased = leased;
        this.limit = limit;
    }

    synchronized boolean hasRoom() {
        return !closed && used < Math.min(leased, limit);
    }

    /** Takes calls out of what may be used; false when they are used already. */
    synchronized boolean lowerLimit(long by) {
        if (closed || used > limit - by) return false;
        limit -= by;
        return true;
    }

    synchronized void raiseLimit(long by) {
        limit += by;
    }

    synchronized boolean take() {
        if (!hasRoom()) return false;
        used++;
        return true;
    }

    synchronized void giveBack() {
        if (!closed) used--;
    }

    synchronized void raise(long newlyLeased) {
        leased = Math.max(leased, newlyLeased);
    }

    synchronized long leased() {
        return leased;
    }

    synchronized long used() {
        return used;
    }

    /** Ends the meter: nothing can be taken or given back any more. Tells what was used. */
    synchronized long close() {
        closed = true;
        return used;
    }

    synchronized boolean closed() {
        return closed;
    }
}
