package dev.writ.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Disk;
import dev.writ.store.StoreError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the order of commands, and whenever the disk fails, memory is what the database gives once it works. */
class RandomAuthorityTest extends AuthorityFixture {
    private static final int STEPS = 150;

    private final List<Task> tasks = new ArrayList<>();
    private final List<Approval> approvals = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anySequenceOfCommandsLeavesMemoryAndDatabaseTheSame(long seed) {
        var random = new Random(seed);
        tasks.add(task);
        boolean broken = false;
        for (int i = 0; i < STEPS; i++) {
            if (random.nextInt(25) == 0) {
                if (broken) Disk.acceptWrites(store);
                else Disk.refuseWrites(store);
                broken = !broken;
            }
            try {
                step(random);
            } catch (StoreError e) {
                assertThat(broken).isTrue();
            }
            if (!broken && i % 10 == 0) {
                authority.cutServer(ACME, SHOP);
                assertThat(new Authority(store, clock).snapshot(ACME)).isEqualTo(authority.snapshot(ACME));
            }
        }
        if (broken) Disk.acceptWrites(store);
        authority.cutServer(ACME, SHOP);
        assertThat(approvals).isNotEmpty();
        assertThat(authority.epoch(ACME)).isPositive();
    }

    private void step(Random random) {
        var on = tasks.get(random.nextInt(tasks.size()));
        var action = action("a" + random.nextInt(4));
        clock.advance(Duration.ofSeconds(random.nextInt(120)));
        switch (random.nextInt(12)) {
            case 0, 1 -> open(random);
            case 2, 3 -> ask(on, random);
            case 4, 5, 6 -> vote(random);
            case 7 -> authority.label(ACME, on.id(), Set.of(new Name("label-" + random.nextInt(5))));
            case 8 -> authority.budgets().reserve(ACME, on.id());
            case 9 -> {
                if (random.nextInt(3) == 0) authority.revoke(ACME, on.id(), carol, "stop");
                else authority.expire();
            }
            case 10 -> {
                if (random.nextInt(6) == 0) authority.stopPerson(ACME, bob, carol, "left");
            }
            default ->
                authority.snapshot(ACME).newest(on.id(), action).ifPresent(approval -> authority
                        .approvals()
                        .consume(ACME, approval.id(), on.id(), action));
        }
    }

    private void open(Random random) {
        var fresh = taskFor(new Name("bot-" + random.nextInt(3)), random.nextBoolean() ? alice : bob, 40);
        if (authority.open(ACME, fresh, consentTo(fresh)) instanceof Opening.Opened) tasks.add(fresh);
    }

    private void ask(Task on, Random random) {
        var approval = question(on, action("a" + random.nextInt(4)), 1 + random.nextInt(2), Proof.CLI, true);
        if (authority.approvals().request(ACME, approval, Json.Obj.EMPTY) instanceof Asking.Asked)
            approvals.add(approval);
    }

    private void vote(Random random) {
        if (approvals.isEmpty()) return;
        var approval = approvals.get(random.nextInt(approvals.size()));
        var person = random.nextBoolean() ? bob : carol;
        vote(approval.id(), random.nextInt(4) == 0 ? no(person, FINANCE) : yes(person, Proof.SESSION, FINANCE));
    }
}
