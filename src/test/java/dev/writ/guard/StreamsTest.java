package dev.writ.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a cut reaches, and what it does not. */
class StreamsTest {
    private static final Name ACME = new Name("acme");
    private static final Name OTHER = new Name("other");
    private static final Name BOT = new Name("bot");
    private static final Name SHOP = new Name("shop");

    private final Ids ids = new Ids(InstantSource.system(), new SecureRandom());
    private final Streams streams = new Streams();
    private final List<String> cut = new ArrayList<>();

    @Test
    void aCutReachesExactlyWhatHangsOnItAndEachStreamOnce() {
        var task = ids.next("tsk");
        var otherTask = ids.next("tsk");
        watch("a", ACME, BOT, task, SHOP);
        watch("b", ACME, BOT, otherTask, SHOP);
        watch("c", ACME, new Name("cat"), ids.next("tsk"), SHOP);
        watch("d", OTHER, BOT, task, SHOP);
        watch("e", ACME, new Name("cat"), ids.next("tsk"), new Name("mail"));
        streams.cutTask(ACME, task);
        assertThat(cut).containsExactly("a");
        streams.cutAgent(ACME, BOT);
        assertThat(cut).containsExactly("a", "b");
        streams.cutServer(ACME, SHOP);
        assertThat(cut).containsExactly("a", "b", "c");
        assertThat(streams.size()).isEqualTo(2);
        streams.cutAll();
        assertThat(cut).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
        assertThat(streams.size()).isZero();
    }

    @Test
    void whatWasTakenBackIsNotCutAndLeavesNothing() {
        var task = ids.next("tsk");
        for (int i = 0; i < 100; i++) watch("x", ACME, BOT, task, SHOP).run();
        streams.cutTask(ACME, task);
        assertThat(cut).isEmpty();
        assertThat(streams.size()).isZero();
    }

    @Test
    void cuttingOneStreamMayCloseOthers() {
        var task = ids.next("tsk");
        var second = watch("second", ACME, BOT, task, SHOP);
        var caller = caller(ACME, BOT, task);
        streams.watch(caller, SHOP, second);
        streams.cutTask(ACME, task);
        assertThat(streams.size()).isZero();
        assertThat(cut.size()).isLessThanOrEqualTo(1);
    }

    @Test
    void aStreamThatIsOpenedWhileItsTaskIsCutIsCutOrTakenBackAndNeverLost() throws Exception {
        var cuts = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 200; round++) {
                var task = ids.next("tsk");
                var caller = caller(ACME, BOT, task);
                var work = new ArrayList<Callable<Object>>();
                for (int i = 0; i < 8; i++) work.add(() -> streams.watch(caller, SHOP, cuts::incrementAndGet));
                work.add(Executors.callable(() -> streams.cutTask(ACME, task)));
                work.add(Executors.callable(() -> streams.cutServer(ACME, SHOP)));
                threads.invokeAll(work);
                streams.cutTask(ACME, task);
                assertThat(cuts.getAndSet(0)).isEqualTo(8);
                assertThat(streams.size()).isZero();
            }
        }
    }

    private Runnable watch(String name, Name tenant, Name agent, Id task, Name server) {
        return streams.watch(caller(tenant, agent, task), server, () -> cut.add(name));
    }

    private Caller.OfAgent caller(Name tenant, Name agent, Id task) {
        return new Caller.OfAgent(tenant, agent, task, ids.next("key"), "none");
    }
}
