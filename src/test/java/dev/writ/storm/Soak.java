package dev.writ.storm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.http.client.ClientError;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Settings;
import dev.writ.ledger.verify.EvidenceVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Two hundred clients before ten servers that hang, die and change, for as long as it is told: what the process holds
 * must not grow. As a program: {@code Soak SECONDS FOLDER}.
 */
final class Soak {
    static final int CLIENTS = 200;
    private static final int TASKS = 40;
    private static final Duration SAMPLE = Duration.ofSeconds(10);
    private static final Duration ACT = Duration.ofSeconds(7);
    private static final Duration CALM = Duration.ofSeconds(40);

    private final Path data;
    private final Duration time;
    private final HttpClient client = HttpClient.start(Settings.to(Destinations.loopbackOnly()));
    private final List<MoodyServer> servers = MoodyServer.all(
            MoodyServer.Mood.STEADY,
            MoodyServer.Mood.STEADY,
            MoodyServer.Mood.STEADY,
            MoodyServer.Mood.HANGS,
            MoodyServer.Mood.HANGS,
            MoodyServer.Mood.DIES,
            MoodyServer.Mood.CHANGES);
    private final AtomicLong through = new AtomicLong();
    private final AtomicLong verdicts = new AtomicLong();
    private final AtomicLong nothing = new AtomicLong();
    private volatile boolean over;

    Soak(Path data, Duration time) {
        this.data = data;
        this.time = time;
    }

    public static void main(String[] arguments) throws Exception {
        var folder = Files.createDirectories(Path.of(arguments[1]));
        new Soak(folder, Duration.ofSeconds(Long.parseLong(arguments[0]))).run();
        System.exit(0);
    }

    private Map<String, String> transports() {
        var transports = new LinkedHashMap<String, String>();
        for (int i = 0; i < servers.size(); i++)
            transports.put("http-" + i, servers.get(i).transport());
        for (var mood : List.of("steady", "hangs", "dies"))
            transports.put(
                    "stdio-" + mood,
                    "{\"kind\":\"stdio\",\"command\":\"node\",\"arguments\":[\""
                            + Path.of("src/test/node/storm/stdio.mjs").toAbsolutePath() + "\",\"" + mood + "\"]}");
        return transports;
    }

    void run() {
        try (client;
                var writ = WritProcess.start(data, List.of())) {
            writ.awaitReady();
            var names = List.copyOf(transports().keySet());
            Scene.set(data, client, writ, transports());
            var owner = new Api(client, writ.url(), writ.ownerKey());
            var person = Scene.person(owner, "owner");
            var keys = new ArrayList<String>();
            for (int i = 0; i < TASKS; i++)
                keys.add(Scene.task(owner, person, names).key());
            var clients = new ArrayList<Thread>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                var server = server(number, names);
                clients.add(Thread.ofVirtual().start(() -> live(number, writ.url(), server, keys.get(number % TASKS))));
            }
            clients.add(Thread.ofVirtual().start(this::moods));
            var samples = watch(writ);
            over = true;
            for (var each : clients) each.join();
            flat(samples, calmed(writ));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            servers.forEach(MoodyServer::close);
        }
        var report = EvidenceVerifier.verify(data, Optional.empty(), Optional.empty());
        assertThat(report.passed()).as(report.text()).isTrue();
        assertThat(through.get()).isGreaterThan(verdicts.get());
    }

    /** Few clients for servers over stdio, since each session there is a process of its own. */
    private String server(int number, List<String> names) {
        int http = servers.size();
        return number < 9 ? names.get(http + number % (names.size() - http)) : names.get(number % http);
    }

    private void live(int number, String url, String server, String key) {
        var random = new SplittableRandom(number);
        while (!over) {
            var session = new Session(client, url, server, key);
            session.initialize();
            int calls = 5 + random.nextInt(60);
            for (int i = 0; i < calls && !over; i++) {
                call(session, number, random);
                LockSupport.parkNanos(
                        Duration.ofMillis(200 + random.nextInt(1_600)).toNanos());
            }
            // Some leave without a word; Writ has to notice by itself.
            if (random.nextInt(30) > 0) session.end();
        }
    }

    private void call(Session session, int number, SplittableRandom random) {
        try {
            int amount = number % 10 == 6 ? 900 : random.nextInt(500);
            var id = "soak-" + number + "-" + random.nextInt();
            switch (session.call("note", id, amount)) {
                case Session.Came.Through _ -> through.incrementAndGet();
                case Session.Came.Verdict _ -> verdicts.incrementAndGet();
                case Session.Came.Nothing _ -> nothing.incrementAndGet();
            }
        } catch (ClientError e) {
            nothing.incrementAndGet();
        }
    }

    private void moods() {
        while (!over) {
            LockSupport.parkNanos(ACT.toNanos());
            servers.forEach(MoodyServer::act);
        }
        servers.forEach(MoodyServer::calm);
    }

    private List<Vitals> watch(WritProcess writ) {
        var samples = new ArrayList<Vitals>();
        var end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            LockSupport.parkNanos(SAMPLE.toNanos());
            if (writ.exit().isPresent()) throw new AssertionError("writ ended:\n" + writ.said());
            samples.add(Vitals.of(writ.pid()));
            System.out.printf(
                    "%s  %s  through=%d verdicts=%d nothing=%d%n",
                    Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
                    samples.getLast().line(),
                    through.get(),
                    verdicts.get(),
                    nothing.get());
        }
        return samples;
    }

    /** What it holds once everybody has left. */
    private static Vitals calmed(WritProcess writ) {
        LockSupport.parkNanos(CALM.toNanos());
        var calmed = Vitals.of(writ.pid());
        System.out.println("calm  " + calmed.line());
        return calmed;
    }

    /** The second half holds no more than the first half's end did; a tenth is what a busy machine's noise is. */
    private static void flat(List<Vitals> samples, Vitals calmed) {
        int half = samples.size() / 2;
        var before = samples.subList(half / 2, half);
        var after = samples.subList(half + half / 2, samples.size());
        assertFlat("resident memory", before, after, vitals -> vitals.residentKb());
        assertFlat("threads", before, after, Vitals::threads);
        assertFlat("descriptors", before, after, Vitals::descriptors);
        assertFlat("processes", before, after, Vitals::children);
        assertThat(calmed.threads()).isLessThanOrEqualTo(samples.getFirst().threads());
        assertThat(calmed.sockets()).isLessThan(samples.getFirst().sockets());
    }

    private static void assertFlat(
            String what, List<Vitals> before, List<Vitals> after, java.util.function.ToLongFunction<Vitals> part) {
        double then = before.stream().mapToLong(part).max().orElseThrow();
        double now = after.stream().mapToLong(part).max().orElseThrow();
        assertThat(now).as(what).isLessThanOrEqualTo(then * 1.1 + 10);
    }
}
