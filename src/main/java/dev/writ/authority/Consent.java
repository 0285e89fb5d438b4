package dev.writ.authority;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;

/**
 * A person's standing permission for a task, recorded when it was opened.
 *
 * @param pins the definition digest of each tool, {@code server/tool}, as the person saw it
 */
public record Consent(
        Id id,
        Id task,
        Id person,
        Instant at,
        Set<Name> servers,
        Set<Name> categories,
        Set<Name> data,
        Map<String, Digest> pins) {
    public static final int PINS_MAX = 5_000;

    public Consent {
        id.require("con");
        task.require("tsk");
        person.require("per");
        at = at.truncatedTo(ChronoUnit.MILLIS);
        servers = Set.copyOf(servers);
        categories = Set.copyOf(categories);
        data = Set.copyOf(data);
        pins = Map.copyOf(pins);
        if (pins.size() > PINS_MAX) throw new IllegalArgumentException("more than " + PINS_MAX + " pinned tools");
    }

    /**
     * Whether a call is inside: its server, all its categories and data classes, and its definition unchanged.
     *
     * @param tool {@code server/tool}
     */
    public boolean covers(Name server, String tool, Set<Name> toolCategories, Set<Name> toolData, Digest definition) {
        return servers.contains(server)
                && categories.containsAll(toolCategories)
                && data.containsAll(toolData)
                && pins.containsKey(tool)
                && pins.get(tool).equals(definition);
    }
}
