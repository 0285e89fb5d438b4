package dev.writ.upstream;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Which era a server speaks, found out by asking (MCP 2026-07-28, basic/versioning) and remembered for each endpoint as
 * long as it proves true. A server of both eras is spoken to in that of its client: so nothing needs a bridge.
 */
final class Eras {
    static final int REMEMBERED_MAX = 1_000;
    /** How long a server may take to show that it knows the newer era. */
    static final Duration PROBE = Duration.ofSeconds(5);
    /** No id that is used later: a late answer must fit nothing. */
    private static final long PROBE_ID = 0;

    enum Era {
        SESSIONS,
        STATELESS
    }

    private final Map<Digest, Era> refused = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Era> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    /** The era to begin with: the wanted one, unless the server was seen to speak the other alone. */
    synchronized Era first(Digest endpoint, Era wanted) {
        return refused.get(endpoint) == wanted ? other(wanted) : wanted;
    }

    synchronized void speaksOnly(Digest endpoint, Era era) {
        refused.put(endpoint, other(era));
    }

    synchronized void forget(Digest endpoint) {
        refused.remove(endpoint);
    }

    static Era other(Era era) {
        return era == Era.SESSIONS ? Era.STATELESS : Era.SESSIONS;
    }

    /** What a server makes of {@code server/discover}. */
    sealed interface Probed {
        record Speaks(Json.Obj discovered) implements Probed {}

        /**
         * It answers otherwise, or not at all: no single code tells (basic/transports/stdio, backward compatibility).
         *
         * @param said whether it answered
         */
        record SpeaksNot(String why, boolean said) implements Probed {}

        /** It knows the era, but no revision of it that we speak. */
        record OtherRevision() implements Probed {}

        record Unreachable(boolean sent, String why) implements Probed {}
    }

    /** @param challengeable whether a server that turns our credential away is to be answered, and says nothing of its era */
    static Probed probe(Carrier carrier, Showing showing, boolean challengeable, Cancellation cancellation) {
        var letter = Letters.of(PROBE_ID, Revision.DISCOVER, Json.Obj.EMPTY, Requester.SILENT, Map.of(), showing);
        var limit = new Cancellation();
        var timer = Thread.ofVirtual().name("mcp-probe").start(() -> {
            LockSupport.parkNanos(PROBE.toNanos());
            if (!Thread.currentThread().isInterrupted()) limit.cancel();
        });
        try (var _ = cancellation.then(limit::cancel)) {
            return read(carrier.exchange(letter, _ -> {}, limit));
        } catch (UpstreamError e) {
            if (challengeable && e.challenge().isPresent()) throw e;
            return !e.sent() || cancellation.cancelled()
                    ? new Probed.Unreachable(e.sent(), e.why())
                    : new Probed.SpeaksNot(e.why(), !limit.cancelled());
        } finally {
            timer.interrupt();
        }
    }

    private static Probed read(Json.Obj answer) {
        var error = answer.object("error");
        if (error.isPresent()) {
            boolean knows =
                    error.get().integer("code").filter(Revision::recognises).isPresent();
            var supported = error.get().object("data").orElse(Json.Obj.EMPTY).strings("supported");
            if (!knows || McpSession.VERSIONS.stream().anyMatch(supported::contains))
                return new Probed.SpeaksNot("it does not know server/discover", true);
            return new Probed.OtherRevision();
        }
        var result = answer.object("result").orElse(Json.Obj.EMPTY);
        var versions = result.strings("supportedVersions");
        if (versions.contains(Revision.VERSION)) return new Probed.Speaks(result);
        return versions.isEmpty() || McpSession.VERSIONS.stream().anyMatch(versions::contains)
                ? new Probed.SpeaksNot("its answer to server/discover names no revision of ours", true)
                : new Probed.OtherRevision();
    }
}
