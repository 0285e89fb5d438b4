package dev.writ.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Databases;
import dev.writ.store.HandClock;
import dev.writ.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Authority on a real database, with one open task; afterwards memory must equal what the database holds. */
@ParameterizedClass
@MethodSource("dev.writ.store.Databases#ofThisRun")
abstract class AuthorityFixture {
    static final Name ACME = new Name("acme");
    static final Name OTHER = new Name("other");
    static final Name BOT = new Name("bot");
    static final Name SHOP = new Name("shop");
    static final Name FINANCE = new Name("finance");
    static final Name LEGAL = new Name("legal");
    static final Name PERSONAL = new Name("personal");
    static final Digest ACTION = action("refund 10");

    final HandClock clock = new HandClock();
    final Ids ids = new Ids(clock, new Random(7));
    final Id alice = ids.pseudonym("per");
    final Id bob = ids.pseudonym("per");
    final Id carol = ids.pseudonym("per");

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    Store store;
    Authority authority;
    Task task;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(Authority.schema()));
        authority = new Authority(store, clock);
        task = opened(BOT, alice, 100);
    }

    @AfterEach
    void close() {
        assertThat(new Authority(store, clock).snapshot(ACME)).isEqualTo(authority.snapshot(ACME));
        store.close();
    }

    Task opened(Name agent, Id person, long calls) {
        var fresh = taskFor(agent, person, calls);
        assertThat(authority.open(ACME, fresh, consentTo(fresh))).isEqualTo(new Opening.Opened(fresh));
        return fresh;
    }

    Task taskFor(Name agent, Id person, long calls) {
        return Task.opening(
                ids.next("tsk"),
                "answer tickets",
                person,
                agent,
                person,
                clock.instant(),
                new Scope(
                        Set.of(SHOP), Optional.of(Set.of("shop/refund")), Set.of(new Name("money")), Set.of(PERSONAL)),
                calls,
                clock.instant().plus(Duration.ofHours(8)));
    }

    Consent consentTo(Task given) {
        return new Consent(
                ids.next("con"),
                given.id(),
                given.person(),
                clock.instant(),
                Set.of(SHOP),
                Set.of(new Name("money")),
                Set.of(PERSONAL),
                Map.of("shop/refund", ACTION));
    }

    /** A question to one group, {@code finance}. */
    Approval question(Task about, Digest action, int quorum, Proof proof, boolean separation) {
        return Approval.asking(
                ids.next("apr"),
                action,
                current(about),
                List.of(new GroupRule(FINANCE, quorum, proof, separation)),
                Set.of(Set.of(FINANCE)),
                Set.of(alice),
                clock.instant());
    }

    Approval asked(Task about, Digest action) {
        var approval = question(about, action, 1, Proof.CLI, true);
        assertThat(authority.approvals().request(ACME, approval, Json.Obj.EMPTY))
                .isEqualTo(new Asking.Asked(approval));
        return approval;
    }

    Approval approved(Task about, Digest action) {
        var approval = asked(about, action);
        assertThat(vote(approval.id(), yes(bob, Proof.CLI, FINANCE))).isInstanceOf(Voting.Counted.class);
        return approval;
    }

    Voting vote(Id approval, Vote vote) {
        return authority.approvals().vote(ACME, approval, vote);
    }

    Vote yes(Id person, Proof proof, Name... groups) {
        return new Vote(person, Vote.Choice.APPROVE, Set.of(groups), proof, "", clock.instant());
    }

    Vote no(Id person, Name... groups) {
        return new Vote(person, Vote.Choice.REFUSE, Set.of(groups), Proof.CLI, "too much", clock.instant());
    }

    Task current(Task known) {
        return authority.snapshot(ACME).task(known.id()).orElseThrow();
    }

    Approval.State stateOf(Approval approval) {
        return authority.snapshot(ACME).approval(approval.id()).orElseThrow().state(clock.instant());
    }

    static Digest action(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
