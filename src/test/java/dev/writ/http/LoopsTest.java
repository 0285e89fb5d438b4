package dev.writ.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.NeverWaits;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Event loops: what waits is refused on them, and what belongs to a turn is done once at its end. */
class LoopsTest {
    private final Loops loops = Loops.start(1, "test-loop");
    private final EventLoop loop = loops.group().next();

    @AfterEach
    void stop() {
        loops.close();
    }

    @Test
    void whatWaitsIsRefusedOnALoopAndNowhereElse() throws Exception {
        NeverWaits.refuse("a test");
        var refused = new CompletableFuture<Throwable>();
        loop.execute(() -> {
            try {
                NeverWaits.refuse("a test");
                refused.complete(new AssertionError("not refused"));
            } catch (IllegalStateException e) {
                refused.complete(e);
            }
        });
        assertThat(refused.get(10, TimeUnit.SECONDS)).hasMessageStartingWith("a test would wait");
    }

    @Test
    void whatIsAskedForSeveralTimesInATurnRunsOnceBehindIt() throws Exception {
        var turns = loops.turns(loop);
        assertThat(loops.turns(loop)).isSameAs(turns);
        var done = new ArrayList<String>();
        Runnable end = () -> done.add("end");
        var over = new CompletableFuture<Void>();
        loop.execute(() -> {
            for (int i = 0; i < 5; i++) turns.atEnd(end);
            done.add("turn");
            turns.execute(() -> turns.atEnd(end));
            turns.execute(() -> loop.execute(() -> over.complete(null)));
        });
        over.get(10, TimeUnit.SECONDS);
        assertThat(done).containsExactly("turn", "end", "end");
    }

    @Test
    void whatFailsAtTheEndOfATurnIsNotAskedForAgain() throws Exception {
        var turns = loops.turns(loop);
        var ran = new ArrayList<String>();
        Runnable fails = () -> {
            ran.add("fails");
            throw new IllegalStateException("a test");
        };
        loop.submit(() -> turns.atEnd(fails)).get(10, TimeUnit.SECONDS);
        loop.submit(() -> turns.atEnd(() -> ran.add("next"))).get(10, TimeUnit.SECONDS);
        loop.submit(() -> {}).get(10, TimeUnit.SECONDS);
        assertThat(ran).containsExactly("fails", "next");
        assertThatThrownBy(fails::run).hasMessage("a test");
    }
}
