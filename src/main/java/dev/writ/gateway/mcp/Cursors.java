package dev.writ.gateway.mcp;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Where a long list goes on: sealed, for one caller, one list and the servers that it is of, for a while. Whatever else is
 * sent is no cursor.
 */
final class Cursors {
    static final Duration VALID = Duration.ofMinutes(10);

    private final StateSeal seal;
    private final InstantSource clock;

    /** @param random must be unpredictable */
    Cursors(RandomGenerator random, InstantSource clock) {
        this.seal = new StateSeal("writ-list-cursor-v1", random);
        this.clock = clock;
    }

    /** @param after the last name of the page before */
    String after(Caller.OfAgent caller, String method, List<Name> servers, String after) {
        return seal.seal(Canonical.bytes(of(caller, method, servers)
                .put("after", after)
                .put("until", clock.instant().plus(VALID).toString())
                .build()));
    }

    /** The last name of the page before; empty when this is no cursor of the caller's for this list. */
    Optional<String> read(Caller.OfAgent caller, String method, List<Name> servers, String cursor) {
        return seal.open(cursor)
                .map(JsonReader::readObject)
                .filter(held -> held.without("after")
                        .without("until")
                        .equals(of(caller, method, servers).build()))
                .filter(held -> clock.instant()
                        .isBefore(Instant.parse(held.string("until").orElseThrow())))
                .flatMap(held -> held.string("after"));
    }

    private static Json.ObjectBuilder of(Caller.OfAgent caller, String method, List<Name> servers) {
        return Json.object()
                .put("agent", caller.agent().text())
                .put("key", caller.key().text())
                .put("method", method)
                .put("servers", servers.stream().map(Name::text).toList())
                .put("task", caller.task().text())
                .put("tenant", caller.tenant().text());
    }
}
