package dev.writ.storm;

import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills Writ at random moments, while it starts and while it works, and holds the ledger against what the clients and
 * the server behind have seen. As a program: {@code KillStorm KILLS SEED FOLDER}.
 */
final class KillStorm {
    private static final Duration STARTING_MAX = Duration.ofMillis(900);
    private static final Duration WORKING_MAX = Duration.ofMillis(1_500);
    private static final int AUDIT_EVERY = 100;

    private final Path data;
    private final List<String> arguments;
    private final SplittableRandom random;
    private final CountingServer server = new CountingServer();
    private final HttpClient client = HttpClient.start(Settings.to(Destinations.loopbackOnly()));
    private final Weather.Told told = new Weather.Told();
    private final Audit audit;

    /** @param arguments for {@code writ up}, a database say */
    KillStorm(Path data, long seed, List<String> arguments) {
        this.data = data;
        this.arguments = arguments;
        this.random = new SplittableRandom(seed);
        this.audit = new Audit(data, told);
    }

    public static void main(String[] arguments) throws Exception {
        int kills = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        var folder = Files.createDirectories(Path.of(arguments[2]));
        System.out.println("kills=" + kills + " seed=" + seed);
        System.out.println(new KillStorm(folder, seed, List.of()).run(kills));
        System.exit(0);
    }

    /** @return what the audit counted, as text; throws at the first broken promise */
    String run(int kills) {
        try (server;
                client) {
            String dana;
            Scene.Work work;
            try (var writ = WritProcess.start(data, arguments)) {
                writ.awaitReady();
                dana = Scene.set(data, client, writ, Map.of("counting", server.transport()));
                var owner = new Api(client, writ.url(), writ.ownerKey());
                work = Scene.task(owner, Scene.person(owner, "owner"), List.of("counting"));
            }
            for (int round = 1; round <= kills; round++) {
                round(round, work.key(), dana);
                if (round % AUDIT_EVERY == 0) audit(round);
            }
            return audit(kills);
        }
    }

    private void round(int round, String key, String dana) {
        boolean whileStarting = random.nextInt(5) == 0;
        long nanos = random.nextLong((whileStarting ? STARTING_MAX : WORKING_MAX).toNanos());
        var writ = WritProcess.start(data, arguments);
        if (whileStarting) {
            LockSupport.parkNanos(nanos);
            boolean served = writ.isReady();
            if (!served && writ.exit().isPresent()) throw new AssertionError("writ did not start:\n" + writ.said());
            writ.kill();
            audit.killed(round, !served);
            return;
        }
        writ.awaitReady();
        var weather = new Weather(client, writ, round, told);
        weather.begin(key, dana);
        LockSupport.parkNanos(nanos);
        writ.kill();
        weather.end();
        audit.killed(round, false);
    }

    /** A start mends what the kills left; what it leaves is looked at with nobody else in the folder. */
    private String audit(int round) {
        try (var writ = WritProcess.start(data, arguments)) {
            writ.awaitReady();
        }
        return audit.look(round, server.received());
    }
}
