package dev.writ.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CrowdTest {
    private static final Name ACME = new Name("acme");
    private static final Name OTHER = new Name("other");
    private static final Name THIRD = new Name("third");

    private final Ids ids = new Ids(InstantSource.system(), new Random(7));
    private final Id task = ids.next("tsk");
    private final Crowd crowd = new Crowd(100, 8);
    private final List<One> all = new ArrayList<>();

    private record One(Name tenant, Id task, boolean idle, boolean over, Instant lastUsed) implements Crowd.Member {}

    private One session(Name tenant, Id of, boolean idle, boolean over, int second) {
        return new One(tenant, of, idle, over, Instant.ofEpochSecond(second));
    }

    /** Opens sessions of tasks of their own while there is room without anybody's leaving. */
    private int fill(Name tenant, boolean idle) {
        int opened = 0;
        for (var of = ids.next("tsk");
                crowd.place(all, tenant, of) instanceof Crowd.Place.Free<One>;
                of = ids.next("tsk")) all.add(session(tenant, of, idle, false, opened++));
        return opened;
    }

    @Test
    void aTenantAloneHasThreeQuartersAndTheNextOnesApartOfTheRest() {
        assertThat(fill(ACME, false)).isEqualTo(75);
        assertThat(fill(OTHER, false)).isEqualTo(19);
        assertThat(fill(THIRD, false)).isEqualTo(5);
        assertThat(all).hasSizeLessThan(100);
    }

    @Test
    void whoHasItsShareLosesASessionOfItsOwn() {
        fill(OTHER, true);
        fill(ACME, true);
        var place = crowd.place(all, ACME, task);
        assertThat(place).isInstanceOf(Crowd.Place.After.class);
        var leaving = ((Crowd.Place.After<One>) place).leaving();
        assertThat(leaving.tenant()).isEqualTo(ACME);
        assertThat(leaving.lastUsed()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void whatIsUnderWayIsNotEnded() {
        fill(ACME, false);
        assertThat(crowd.place(all, ACME, task)).isInstanceOf(Crowd.Place.None.class);
        assertThat(crowd.place(all, OTHER, task)).isInstanceOf(Crowd.Place.Free.class);
    }

    @Test
    void aTaskHasItsNumberAndWhatIsOverLeavesFirst() {
        for (int i = 0; i < 7; i++) all.add(session(ACME, task, true, false, i));
        assertThat(crowd.place(all, ACME, task)).isInstanceOf(Crowd.Place.Free.class);
        var over = session(ACME, task, true, true, 90);
        all.add(over);
        assertThat(crowd.place(all, ACME, task)).isEqualTo(new Crowd.Place.After<>(over));
        all.remove(over);
        all.add(session(ACME, task, false, false, 0));
        assertThat(crowd.place(all, ACME, task)).isEqualTo(new Crowd.Place.After<>(all.getFirst()));
        assertThat(crowd.place(all, ACME, ids.next("tsk"))).isInstanceOf(Crowd.Place.Free.class);
    }
}
