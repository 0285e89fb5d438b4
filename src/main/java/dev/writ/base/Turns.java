package dev.writ.base;

import java.util.concurrent.Executor;

/**
 * A thread that takes what comes in turns, like an event loop: what belongs to one turn can be done for all of it at its
 * end. Waking another thread once a turn instead of once for each thing is most of what a hand-over costs.
 */
public interface Turns extends Executor {
    /** Runs {@code once} at the end of the turn, also when it is asked for several times in it. Called on the thread itself. */
    void atEnd(Runnable once);
}
