package dev.writ.authority;

/** Counts the calls of one task against what is leased of its budget. */
final class Meter {
    private long used;
    private long leased;
    private boolean closed;

    /** After a restart everything that was leased counts as used. */
    Meter(long leased) {
        this.used = leased;
        this.leased = leased;
    }

    synchronized boolean hasRoom() {
        return !closed && used < leased;
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
