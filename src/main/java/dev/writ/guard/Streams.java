package dev.writ.guard;

import dev.writ.authority.Revocation;
import dev.writ.base.Id;
import dev.writ.base.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Everything that stays open under somebody's authority, so that revocation can close it, with or without traffic. Each
 * stream stands under its task, its agent, its credential and its server: what a cut costs depends on what it cuts, not on what is open.
 */
final class Streams {
    private sealed interface Thing {
        record OfTask(Name tenant, Id task) implements Thing {}

        record OfAgent(Name tenant, Name agent) implements Thing {}

        record OfServer(Name tenant, Name server) implements Thing {}

        record OfTenant(Name tenant) implements Thing {}

        record OfKey(Name tenant, Id key) implements Thing {}
    }

    /** An open stream and what it hangs on. */
    private static final class Watched {
        private final List<Thing> things;
        private final Runnable cut;
        private final AtomicBoolean open = new AtomicBoolean(true);

        Watched(List<Thing> things, Runnable cut) {
            this.things = things;
            this.cut = cut;
        }
    }

    // The sets are changed only within compute(), so one that has become empty can be dropped safely.
    private final Map<Thing, Set<Watched>> open = new ConcurrentHashMap<>();

    /** @param cut closes the stream at once, from any thread; called at most once */
    Runnable watch(Caller.OfAgent caller, Name server, Runnable cut) {
        var tenant = caller.tenant();
        var watched = new Watched(
                List.of(
                        new Thing.OfTask(tenant, caller.task()),
                        new Thing.OfAgent(tenant, caller.agent()),
                        new Thing.OfServer(tenant, server),
                        new Thing.OfTenant(tenant),
                        new Thing.OfKey(tenant, caller.key())),
                cut);
        for (var thing : watched.things)
            open.compute(thing, (_, known) -> {
                var all = known == null ? new HashSet<Watched>(4) : known;
                all.add(watched);
                return all;
            });
        // Cut while it was being put in: what was put in after that is taken out again.
        if (!watched.open.get()) forget(watched);
        return () -> {
            if (watched.open.getAndSet(false)) forget(watched);
        };
    }

    /** Cuts what hangs on authority that has just gone. */
    void cut(Revocation revocation) {
        switch (revocation) {
            case Revocation.OfTask(var tenant, var task) -> cutTask(tenant, task.id());
            case Revocation.OfAgent(var tenant, var agent) -> cutAgent(tenant, agent);
            case Revocation.OfServer(var tenant, var server) -> cutServer(tenant, server);
            case Revocation.OfTenant(var tenant) -> cutTenant(tenant);
            // The person's tasks come one by one as OfTask.
            case Revocation.OfPerson _ -> {}
        }
    }

    void cutTask(Name tenant, Id task) {
        cut(new Thing.OfTask(tenant, task));
    }

    void cutAgent(Name tenant, Name agent) {
        cut(new Thing.OfAgent(tenant, agent));
    }

    /** @param key the id of a key or a grant */
    void cutKey(Name tenant, Id key) {
        cut(new Thing.OfKey(tenant, key));
    }

    void cutServer(Name tenant, Name server) {
        cut(new Thing.OfServer(tenant, server));
    }

    void cutTenant(Name tenant) {
        cut(new Thing.OfTenant(tenant));
    }

    void cutAll() {
        for (var thing : List.copyOf(open.keySet())) cut(thing);
    }

    int size() {
        var all = new HashSet<Watched>();
        for (var thing : open.keySet()) all.addAll(under(thing));
        return all.size();
    }

    private void cut(Thing thing) {
        for (var watched : under(thing)) cut(watched);
    }

    private void cut(Watched watched) {
        if (!watched.open.getAndSet(false)) return;
        forget(watched);
        watched.cut.run();
    }

    /** A copy: cutting one stream may close others. */
    private List<Watched> under(Thing thing) {
        var found = new ArrayList<Watched>();
        open.computeIfPresent(thing, (_, all) -> {
            found.addAll(all);
            return all;
        });
        return found;
    }

    private void forget(Watched watched) {
        for (var thing : watched.things)
            open.computeIfPresent(thing, (_, all) -> {
                all.remove(watched);
                return all.isEmpty() ? null : all;
            });
    }
}
