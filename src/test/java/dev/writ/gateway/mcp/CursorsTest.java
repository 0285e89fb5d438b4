package dev.writ.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.AgentsCallers;
import dev.writ.guard.Caller;
import dev.writ.store.HandClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose a cursor is, of what, and until when. */
class CursorsTest {
    private static final Name ACME = new Name("acme");
    private static final Name BOT = new Name("bot");
    private static final Id TASK = new Id("tsk_01m7wrxxh8fvmb68p03x5vq9md");
    private static final Id KEY = new Id("key_01m7wrxxh8fvmb68p03x5vq9md");
    private static final List<Name> SERVERS = List.of(new Name("a"), new Name("b"));
    private static final String LIST = "tools/list";
    private static final Caller.OfAgent CALLER = AgentsCallers.of(ACME, BOT, TASK, KEY);

    private final HandClock clock = new HandClock();
    private final Cursors cursors = new Cursors(new SecureRandom(), clock);
    private final String cursor = cursors.after(CALLER, LIST, SERVERS, "a__last");

    @Test
    void aCursorLeadsOnFromWhereItsPageEnded() {
        assertThat(cursors.read(CALLER, LIST, SERVERS, cursor)).contains("a__last");
    }

    @Test
    void aCursorIsGoodForItsTenantAgentTaskAndKeyAlone() {
        var other = new Name("other");
        for (var caller : List.of(
                AgentsCallers.of(other, BOT, TASK, KEY),
                AgentsCallers.of(ACME, other, TASK, KEY),
                AgentsCallers.of(ACME, BOT, new Id("tsk_01m7wrxxh8fvmb68p03x5vq9me"), KEY),
                AgentsCallers.of(ACME, BOT, TASK, new Id("key_01m7wrxxh8fvmb68p03x5vq9me"))))
            assertThat(cursors.read(caller, LIST, SERVERS, cursor)).isEmpty();
    }

    @Test
    void aCursorIsGoodForItsListAndTheServersThatItIsOf() {
        assertThat(cursors.read(CALLER, "prompts/list", SERVERS, cursor)).isEmpty();
        for (var servers : List.of(
                List.<Name>of(),
                List.of(new Name("a")),
                List.of(new Name("a"), new Name("c")),
                List.of(new Name("a"), new Name("b"), new Name("c"))))
            assertThat(cursors.read(CALLER, LIST, servers, cursor)).isEmpty();
    }

    @Test
    void aCursorIsGoodForTenMinutes() {
        clock.advance(Duration.ofMinutes(10).minusMillis(1));
        assertThat(cursors.read(CALLER, LIST, SERVERS, cursor)).contains("a__last");
        clock.advance(Duration.ofMillis(1));
        assertThat(cursors.read(CALLER, LIST, SERVERS, cursor)).isEmpty();
    }

    @Test
    void aCursorThatIsCutOrOfWhichAnyBitIsFlippedIsNone() {
        for (int length = 0; length < cursor.length(); length++)
            assertThat(cursors.read(CALLER, LIST, SERVERS, cursor.substring(0, length)))
                    .isEmpty();
        for (int at = 0; at < cursor.length(); at++)
            for (int bit = 0; bit < 7; bit++) {
                var flipped = new StringBuilder(cursor);
                flipped.setCharAt(at, (char) (cursor.charAt(at) ^ (1 << bit)));
                assertThat(cursors.read(CALLER, LIST, SERVERS, flipped.toString()))
                        .isEmpty();
            }
    }

    @Test
    void anotherProcessKnowsNoCursorOfThisOne() {
        assertThat(new Cursors(new SecureRandom(), clock).read(CALLER, LIST, SERVERS, cursor))
                .isEmpty();
    }
}
