package dev.writ.storm;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillStormTest {
    @TempDir
    Path data;

    /** More of them: {@code -Dstorm.kills=2000 -Dstorm.seed=1}. */
    @Test
    @Tag("extended")
    void whateverMomentAKillHitsNothingIsForwardedUnrecordedAndNoLeafIsLostOrDoubled() {
        int kills = Integer.getInteger("storm.kills", 60);
        long seed = Long.getLong("storm.seed", System.nanoTime());
        System.out.println("kill storm: seed=" + seed);
        System.out.print(new KillStorm(data, seed, List.of()).run(kills));
    }
}
