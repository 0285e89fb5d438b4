package dev.writ.storm;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {
    @TempDir
    Path data;

    /** Longer: {@code -Dsoak.seconds=3600}. */
    @Test
    @Tag("extended")
    void twoHundredClientsBeforeTenUnreliableServersLeaveNothingBehind() {
        new Soak(data, Duration.ofSeconds(Long.getLong("soak.seconds", 120))).run();
    }
}
