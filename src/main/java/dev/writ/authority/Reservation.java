package dev.writ.authority;

import java.util.concurrent.atomic.AtomicBoolean;

/** One call charged to a task's budget. Settled at most once; never settled means charged. */
public final class Reservation {
    private final Meter meter;
    private final AtomicBoolean settled = new AtomicBoolean();

    Reservation(Meter meter) {
        this.meter = meter;
    }

    void settle(boolean charged) {
        if (settled.compareAndSet(false, true) && !charged) meter.giveBack();
    }
}
