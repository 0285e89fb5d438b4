package dev.writ.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Databases;
import dev.writ.store.Disk;
import dev.writ.store.HandClock;
import dev.writ.store.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.writ.store.Databases#ofThisRun")
class SessionsTest {
    private static final Name ACME = new Name("acme");

    private final HandClock clock = new HandClock();
    private final Ids ids = new Ids(clock, new Random(3));
    private final Id person = ids.pseudonym("per");

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    private Store store;
    private Identity identity;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(Identity.schema()));
        identity = identity();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aSessionIsItsPersonAlsoAfterARestart() {
        var opened = session();
        var value = opened.value().reveal();
        assertThat(value).matches("[A-Za-z0-9_-]{43}");
        var caller = new Caller.PersonCaller(ACME, person, opened.session().id(), Proof.SESSION);
        assertThat(identity.sessions().callerOf(value)).isEqualTo(caller);
        assertThat(identity().sessions().callerOf(value)).isEqualTo(caller);
        assertThat(identity.sessions().callerOf("A".repeat(43))).isInstanceOf(Caller.Unknown.class);
        assertThat(identity.sessions().callerOf(value.substring(1))).isInstanceOf(Caller.Unknown.class);
    }

    @Test
    void theDatabaseHoldsTheDigestOfTheCookieAndNotTheCookie() {
        var opened = session();
        var row = store.<List<String>>read(sql -> sql.rows("SELECT * FROM sessions", r -> r.text("digest")));
        assertThat(row).containsExactly(opened.session().digest().toString());
        assertThat(row.getFirst()).doesNotContain(opened.value().reveal());
    }

    @Test
    void anUnusedSessionIsOverAfterAnHourAndAUsedOneAfterTwelve() {
        var idle = session().value().reveal();
        var used = session().value().reveal();
        for (int minutes = 0; minutes < 12 * 60; minutes += 30) {
            assertThat(identity.sessions().callerOf(used)).isInstanceOf(Caller.PersonCaller.class);
            clock.advance(Duration.ofMinutes(30));
        }
        assertThat(identity.sessions().callerOf(idle)).isInstanceOf(Caller.Unknown.class);
        assertThat(identity.sessions().callerOf(used)).isInstanceOf(Caller.Unknown.class);
    }

    @Test
    void aRestartDoesNotMakeAnIdleSessionYoungAgain() {
        var value = session().value().reveal();
        clock.advance(Duration.ofMinutes(50));
        assertThat(identity.sessions().callerOf(value)).isInstanceOf(Caller.PersonCaller.class);
        identity.saveLastUsed();
        clock.advance(Duration.ofMinutes(50));
        var restarted = identity();
        assertThat(restarted.sessions().callerOf(value)).isInstanceOf(Caller.PersonCaller.class);
        clock.advance(Duration.ofMinutes(61));
        assertThat(identity().sessions().callerOf(value)).isInstanceOf(Caller.Unknown.class);
    }

    @Test
    void anEndedSessionStaysEnded() {
        var one = session();
        var other = session();
        assertThat(identity.sessions().end(ACME, one.session().id())).isEmpty();
        assertThat(identity.sessions().callerOf(one.value().reveal())).isInstanceOf(Caller.Unknown.class);
        assertThat(identity().sessions().callerOf(one.value().reveal())).isInstanceOf(Caller.Unknown.class);
        assertThat(identity.sessions().callerOf(other.value().reveal())).isInstanceOf(Caller.PersonCaller.class);
    }

    @Test
    void aSessionOfAnotherTenantIsNotEndedByItsId() {
        var opened = session();
        identity.sessions().end(new Name("other"), opened.session().id());
        assertThat(identity.sessions().callerOf(opened.value().reveal())).isInstanceOf(Caller.PersonCaller.class);
        assertThat(identity.sessions().endAll(new Name("other"), person).sessions())
                .isEmpty();
        assertThat(identity.sessions().endAll(ACME, person).sessions()).hasSize(1);
        assertThat(identity.sessions().callerOf(opened.value().reveal())).isInstanceOf(Caller.Unknown.class);
    }

    @Test
    void sessionsEndAlsoWhenTheDatabaseCannotBeWritten() {
        var opened = session();
        Disk.refuseWrites(store);
        assertThat(identity.sessions().end(ACME, opened.session().id())).isPresent();
        assertThat(identity.sessions().callerOf(opened.value().reveal())).isInstanceOf(Caller.Unknown.class);
        Disk.acceptWrites(store);
        identity.settle();
        assertThat(identity().sessions().callerOf(opened.value().reveal())).isInstanceOf(Caller.Unknown.class);
    }

    @Test
    void oneSessionTooManyEndsTheOldest() {
        var first = session().value().reveal();
        clock.advance(Duration.ofSeconds(1));
        for (int i = 1; i < Sessions.SESSIONS_MAX; i++) session();
        assertThat(identity.sessions().callerOf(first)).isInstanceOf(Caller.PersonCaller.class);
        session();
        assertThat(identity.sessions().callerOf(first)).isInstanceOf(Caller.Unknown.class);
        assertThat(identity.sessions().openOf(ACME, person)).hasSize(Sessions.SESSIONS_MAX);
    }

    @Test
    void aConfirmationCountsOnceForItsPurposeAndForFiveMinutes() {
        var sessions = identity.sessions();
        var opened = session();
        var value = opened.value().reveal();
        assertThat(sessions.confirmedBy(value, "approve:a")).isInstanceOf(Caller.Unknown.class);
        sessions.confirm(opened.session(), "approve:a");
        assertThat(sessions.confirmedBy(value, "approve:b")).isInstanceOf(Caller.Unknown.class);
        assertThat(sessions.confirmedBy(value, "approve:a"))
                .isEqualTo(
                        new Caller.PersonCaller(ACME, person, opened.session().id(), Proof.PASSKEY));
        assertThat(sessions.confirmedBy(value, "approve:a")).isInstanceOf(Caller.Unknown.class);
        sessions.confirm(opened.session(), "approve:a");
        clock.advance(Sessions.FRESH);
        assertThat(sessions.confirmedBy(value, "approve:a")).isInstanceOf(Caller.Unknown.class);
        assertThat(sessions.callerOf(value)).isInstanceOf(Caller.PersonCaller.class);
    }

    private Sessions.Opened session() {
        return identity.sessions().open(ACME, ids.next("ses"), person);
    }

    private Identity identity() {
        return new Identity(store, clock, new SecureRandom());
    }
}
