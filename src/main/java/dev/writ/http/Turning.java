package dev.writ.http;

import dev.writ.base.Turns;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/** The turns of one event loop: it reads what has come from its sockets, then runs the tasks that wait. */
final class Turning implements Turns {
    private final EventLoop loop;
    private final List<Runnable> atEnd = new ArrayList<>(2);

    Turning(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the same thing to do, not one like it
    public void atEnd(Runnable once) {
        if (!loop.inEventLoop()) {
            once.run();
            return;
        }
        for (var known : atEnd) if (known == once) return;
        atEnd.add(once);
        // Tasks run when all sockets that were ready have been read.
        if (atEnd.size() == 1) loop.execute(this::end);
    }

    private void end() {
        var due = List.copyOf(atEnd);
        atEnd.clear();
        due.forEach(Runnable::run);
    }
}
