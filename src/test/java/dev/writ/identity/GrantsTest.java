package dev.writ.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.store.Databases;
import dev.writ.store.HandClock;
import dev.writ.store.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
class GrantsTest {
    private static final Name ACME = new Name("acme");
    private static final Name BOT = new Name("bot");

    private final HandClock clock = new HandClock();
    private final Ids ids = new Ids(clock, new Random(3));
    private final Id task = ids.next("tsk");
    private final Id person = ids.pseudonym("per");

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    private Store store;
    private Grants grants;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(Identity.schema()));
        grants = grants();
    }

    @AfterEach
    void close() {
        assertThat(grants().all(ACME)).isEqualTo(grants.all(ACME));
        store.close();
    }

    private Grants grants() {
        return new Grants(store, clock, new SecureRandom());
    }

    private Grant wanted() {
        var id = ids.next("grt");
        return Grant.opening(
                ACME,
                id,
                id,
                "client",
                BOT,
                task,
                person,
                "https://writ/mcp",
                Optional.empty(),
                Optional.empty(),
                clock.instant());
    }

    private void fill(boolean refreshable) {
        for (int i = 0; i < Grants.GRANTS_MAX; i++)
            assertThat(grants.open(wanted(), refreshable)).isInstanceOf(Grants.Opened.Open.class);
        assertThat(grants.open(wanted(), refreshable)).isInstanceOf(Grants.Opened.TooMany.class);
    }

    @Test
    void whatAGrantIsBoundToIsRemembered() {
        var id = ids.next("grt");
        var thumbprint = Optional.of("A".repeat(43));
        var bound = Grant.opening(
                ACME,
                id,
                id,
                "client",
                BOT,
                task,
                person,
                "https://writ/mcp",
                Optional.empty(),
                thumbprint,
                clock.instant());
        assertThat(grants.open(bound, true)).isInstanceOf(Grants.Opened.Open.class);
        assertThat(grants().grant(ACME, id).orElseThrow().x5t()).isEqualTo(thumbprint);
        assertThat(grants().grant(ACME, id).orElseThrow().jkt()).isEmpty();
    }

    @Test
    void aGrantThatCannotBeRefreshedMakesRoomWhenItsTokenIsOver() {
        fill(false);
        clock.advance(Grant.TOKEN_LASTS);
        assertThat(grants.open(wanted(), false)).isInstanceOf(Grants.Opened.TooMany.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(grants.open(wanted(), false)).isInstanceOf(Grants.Opened.Open.class);
    }

    @Test
    void aGrantThatCanBeRefreshedKeepsItsPlace() {
        fill(true);
        clock.advance(Duration.ofDays(30));
        assertThat(grants.open(wanted(), true)).isInstanceOf(Grants.Opened.TooMany.class);
    }

    @Test
    void whatIsOverForLongIsForgotten() {
        fill(false);
        clock.advance(Identity.KEPT.plus(Grant.TOKEN_LASTS).plusMillis(1));
        assertThat(grants.open(wanted(), false)).isInstanceOf(Grants.Opened.Open.class);
        assertThat(grants.all(ACME)).hasSize(1);
    }
}
