package dev.writ.http.server;

import java.util.ArrayList;
import java.util.List;

/** Something that happens once, and what is to be done then; whoever comes later is served at once. */
final class Departure {
    private List<Runnable> waiting = List.of();
    private boolean happened;

    synchronized boolean happened() {
        return happened;
    }

    void then(Runnable callback) {
        synchronized (this) {
            if (!happened) {
                if (waiting.isEmpty()) waiting = new ArrayList<>(2);
                waiting.add(callback);
                return;
            }
        }
        callback.run();
    }

    /** Runs the callbacks on a virtual thread, so they may block; one that throws does not stop the next. */
    void happen() {
        List<Runnable> due;
        synchronized (this) {
            if (happened) return;
            happened = true;
            due = waiting;
            waiting = List.of();
        }
        if (!due.isEmpty()) Thread.ofVirtual().name("http-departure").start(() -> runAll(due));
    }

    /** Forgets the callbacks: what they wait for cannot happen any more. */
    synchronized void cancel() {
        waiting = List.of();
    }

    private static void runAll(List<Runnable> due) {
        for (var callback : due) {
            try {
                callback.run();
            } catch (RuntimeException e) {
                HttpServer.LOG.log(System.Logger.Level.WARNING, "a close callback failed", e);
            }
        }
    }
}
