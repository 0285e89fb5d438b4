package dev.writ.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CancellationTest {
    private final Cancellation cancellation = new Cancellation();
    private final List<String> ran = new ArrayList<>();

    @Test
    @SuppressWarnings("resource") // what is registered stays registered
    void whatWasRegisteredFirstRunsFirstAndEachOnce() {
        for (int i = 0; i < 50; i++) {
            var name = "n" + i;
            var _ = cancellation.then(() -> ran.add(name));
        }
        cancellation.cancel();
        cancellation.cancel();
        assertThat(ran).hasSize(50).startsWith("n0", "n1", "n2").endsWith("n48", "n49");
    }

    /** The way of a call: telling the server is registered before the waiting, and the waiting's end takes both back. */
    @Test
    void whoeverIsReleasedAndTakesBackTheRestDoesNotTakeBackWhatCameBefore() {
        var telling = cancellation.then(() -> ran.add("tell the server"));
        var _ = cancellation.then(() -> {
            ran.add("release the caller");
            telling.close();
        });
        cancellation.cancel();
        assertThat(ran).containsExactly("tell the server", "release the caller");
    }

    @Test
    void whatIsTakenBackDoesNotRunAndWhatComesLateRunsAtOnce() {
        cancellation.then(() -> ran.add("taken back")).close();
        cancellation.cancel();
        var _ = cancellation.then(() -> ran.add("late"));
        assertThat(ran).containsExactly("late");
        assertThat(cancellation.cancelled()).isTrue();
    }
}
