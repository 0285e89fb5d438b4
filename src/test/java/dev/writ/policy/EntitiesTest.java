package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EntitiesTest {
    private static final Uid A = new Uid("G", "a");
    private static final Uid B = new Uid("G", "b");
    private static final Uid C = new Uid("G", "c");

    @Test
    void ancestorsAreTransitiveAndStopAtALoop() {
        var entities = Entities.of(List.of(Entity.of(A, B), Entity.of(B, C), Entity.of(C, A)));
        assertThat(Objects.requireNonNull(entities.find(A)).ancestors()).containsExactlyInAnyOrder(A, B, C);
    }

    @Test
    void aLeafLaidOverASnapshotFindsItsAncestorsThere() {
        var snapshot = Entities.of(List.of(Entity.of(B, C), Entity.of(C)));
        var call = snapshot.with(List.of(Entity.of(A, B)));
        assertThat(Objects.requireNonNull(call.find(A)).ancestors()).containsExactlyInAnyOrder(B, C);
        assertThat(call.entity(C)).isPresent();
        assertThat(snapshot.entity(A)).isEmpty();
    }

    @Test
    void anAncestorThatIsNotThereIsRemembered() {
        var entities = Entities.of(List.of(Entity.of(A, B), Entity.of(B, C)));
        assertThat(Objects.requireNonNull(entities.find(A)).missing()).isEqualTo(C);
    }

    @Test
    void oneUidIsDescribedOnce() {
        assertThatThrownBy(() -> Entities.of(List.of(Entity.of(A), Entity.of(A, B))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aUidReadsAsInAPolicyAndHidesNothing() {
        assertThat(new Uid("Writ::Agent", "a\"b\\c\u202e")).hasToString("Writ::Agent::\"a\\\"b\\\\c\\u{202e}\"");
    }
}
