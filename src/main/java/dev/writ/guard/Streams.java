package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Everything that stays open under somebody's authority, so that revocation can close it, with or without traffic. */
final class Streams {
    /** An open stream and what it hangs on. */
    private record Watched(Caller.OfAgent caller, Name server, Runnable cut) {}

    private final Map<Long, Watched> open = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();

    /** @param cut closes the stream at once, from any thread; called at most once */
    Runnable watch(Caller.OfAgent caller, Name server, Runnable cut) {
        long id = next.incrementAndGet();
        open.put(id, new Watched(caller, server, cut));
        return () -> open.remove(id);
    }

    void cutTask(Name tenant, Id task) {
        cut(watched ->
                watched.caller.tenant().equals(tenant) && watched.caller.task().equals(task));
    }

    void cutAgent(Name tenant, Name agent) {
        cut(watched ->
                watched.caller.tenant().equals(tenant) && watched.caller.agent().equals(agent));
    }

    void cutServer(Name tenant, Name server) {
        cut(watched -> watched.caller.tenant().equals(tenant) && watched.server.equals(server));
    }

    void cutAll() {
        cut(_ -> true);
    }

    int size() {
        return open.size();
    }

    private void cut(Predicate<Watched> which) {
        for (var entry : List.copyOf(open.entrySet()))
            if (which.test(entry.getValue()) && open.remove(entry.getKey()) != null)
                entry.getValue().cut().run();
    }
}
