package dev.writ.upstream.oauth;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What servers last asked of whom, in memory, bounded: a person who connects a server later needs it. */
final class Challenges {
    /** How often a person is sent to an authorization server for one server within the hour. */
    static final int SENT_MAX = 3;

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int KEPT_MAX = 10_000;

    /** @param endpoint digest of the server's address */
    record Of(Name tenant, String subject, Name server, Digest endpoint) {}

    private static final class Last {
        private Optional<Challenge> challenge = Optional.empty();
        private final List<Instant> sent = new ArrayList<>();
    }

    private final Map<Of, Last> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Of, Last> eldest) {
            return size() > KEPT_MAX;
        }
    };

    /** Remembers a challenge; what was asked for before is asked for again with it, where it wants more. */
    synchronized void remember(Of of, Challenge challenge) {
        var last = kept.computeIfAbsent(of, _ -> new Last());
        var scopes = new LinkedHashSet<String>();
        if (challenge.wantsMore()) last.challenge.ifPresent(before -> scopes.addAll(before.scopes()));
        scopes.addAll(challenge.scopes());
        last.challenge = Optional.of(new Challenge(
                challenge.status(),
                challenge.metadata().or(() -> last.challenge.flatMap(Challenge::metadata)),
                scopes.stream().limit(Challenge.SCOPES_MAX).toList(),
                challenge.error(),
                challenge.nonce()));
    }

    synchronized Optional<Challenge> last(Of of) {
        return Optional.ofNullable(kept.get(of)).flatMap(last -> last.challenge);
    }

    /** Whether a person may be sent once more because a server wants more than it got. */
    synchronized boolean mayAskMore(Of of, Instant now) {
        return recent(of, now) < SENT_MAX;
    }

    /** Counts that a person is sent. */
    synchronized void sent(Of of, Instant now) {
        recent(of, now);
        kept.computeIfAbsent(of, _ -> new Last()).sent.add(now);
    }

    private int recent(Of of, Instant now) {
        var last = kept.get(of);
        if (last == null) return 0;
        last.sent.removeIf(moment -> moment.isBefore(now.minus(HOUR)));
        return last.sent.size();
    }
}
