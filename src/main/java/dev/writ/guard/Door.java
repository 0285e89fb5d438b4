package dev.writ.guard;

import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who came as an agent that nobody registered. Anyone can come, so it costs memory with a bound and no disk; a flood
 * pushes out those who came before.
 */
public final class Door {
    static final int VISITORS_MAX = 200;
    private static final int TENANTS_MAX = 1_000;
    private static final int CHARS_MAX = 100;

    /** Name and client are as they were claimed, with whatever is hidden in them shown. */
    public record Visitor(String name, String client, Instant first, Instant last, long times) {}

    private record Claim(String name, String client) {}

    private final Map<Name, Map<Claim, Visitor>> tenants = new ConcurrentHashMap<>();
    private final InstantSource clock;

    Door(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Somebody came; it has no authority, and people can see that it was there.
     *
     * @param client what the client calls itself, claimed and believed by nobody
     * @param name the name that it came with
     */
    public void seen(Name tenant, String client, String name) {
        var now = clock.instant();
        if (!tenants.containsKey(tenant) && tenants.size() >= TENANTS_MAX) return;
        var claim = new Claim(Visible.text(name, CHARS_MAX), Visible.text(client, CHARS_MAX));
        tenants.compute(tenant, (_, known) -> {
            var visitors = known == null ? new LinkedHashMap<Claim, Visitor>() : known;
            var before = visitors.remove(claim);
            visitors.put(
                    claim,
                    before == null
                            ? new Visitor(claim.name, claim.client, now, now, 1)
                            : new Visitor(claim.name, claim.client, before.first(), now, before.times() + 1));
            if (visitors.size() > VISITORS_MAX)
                visitors.remove(visitors.keySet().iterator().next());
            return visitors;
        });
    }

    /** The latest first; kept in memory alone. */
    public List<Visitor> visitors(Name tenant) {
        var found = new ArrayList<Visitor>();
        tenants.computeIfPresent(tenant, (_, visitors) -> {
            found.addAll(visitors.values());
            return visitors;
        });
        return List.copyOf(found.reversed());
    }
}
