package dev.writ.bench;

import dev.writ.authority.Authority;
import dev.writ.authority.Consent;
import dev.writ.authority.Scope;
import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.identity.Identity;
import dev.writ.identity.Issue;
import dev.writ.registry.Agent;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/** How long the look-ups of one decision take, with 200 agents, tasks and keys. Takes a few seconds. */
public final class StateBench {
    private static final int AGENTS = 200;
    private static final Duration ROUND = Duration.ofMillis(700);

    private StateBench() {}

    public static void main(String[] args) throws Exception {
        var folder = Files.createTempDirectory("writ-bench");
        var schemas = List.of(Registry.schema(), Authority.schema(), Identity.schema());
        try (var store = Store.open(folder.resolve("writ.db"), schemas)) {
            run(store);
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) Files.delete(file);
            }
            Files.delete(folder);
        }
    }

    private static void run(Store store) {
        var clock = InstantSource.system();
        var random = new SecureRandom();
        var ids = new Ids(clock, random);
        var registry = new Registry(store, clock);
        var authority = new Authority(store, clock);
        var identity = new Identity(store, clock, random);
        var tenant = new Name("acme");
        var person = ids.pseudonym("per");
        registry.createTenant(tenant);
        registry.people().add(tenant, new Person(person, "Olga", "olga@acme.example", true));
        var agents = new Name[AGENTS];
        var tasks = new Id[AGENTS];
        var keys = new String[AGENTS];
        long began = System.nanoTime();
        for (int i = 0; i < AGENTS; i++) {
            agents[i] = new Name("bot-" + i);
            tasks[i] = ids.next("tsk");
            var until = Instant.now().plus(Duration.ofDays(1));
            registry.agents()
                    .register(
                            tenant,
                            new Agent(agents[i], person, "bench", Agent.Status.ACTIVE, 0, until, Instant.now()));
            var scope = new Scope(Set.of(), Optional.empty(), Set.of(), Set.of());
            var task = Task.opening(
                    tasks[i], "bench", person, agents[i], person, Instant.now(), scope, Task.CALLS_MAX, until);
            authority.open(
                    tenant,
                    task,
                    new Consent(
                            ids.next("con"), task.id(), person, Instant.now(), Set.of(), Set.of(), Set.of(), Map.of()));
            var issue = identity.issueForAgent(tenant, ids.next("key"), agents[i], tasks[i]);
            if (issue instanceof Issue.Issued issued) keys[i] = issued.text().reveal();
        }
        double perCommit = (System.nanoTime() - began) / 1e3 / (3.0 * AGENTS);
        System.out.printf("durable commands        %8.0f per second%n", 1e6 / perCommit);
        var at = new int[1];
        measure("callerOf", () -> identity.callerOf(Optional.of(keys[at[0]++ % AGENTS]))
                .hashCode());
        measure(
                "registry snapshot+agent",
                () -> registry.snapshot(tenant).agent(agents[at[0]++ % AGENTS]).hashCode());
        measure(
                "authority snapshot+task",
                () -> authority.snapshot(tenant).task(tasks[at[0]++ % AGENTS]).isPresent() ? 1 : 0);
        measure("epoch", () -> (int) authority.epoch(tenant));
        measure("reserve a call", () -> authority
                .budgets()
                .reserve(tenant, tasks[at[0]++ % AGENTS])
                .hashCode());
    }

    private static void measure(String what, IntSupplier work) {
        int sink = 0;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            long began = System.nanoTime();
            long count = 0;
            while (System.nanoTime() - began < ROUND.toNanos()) {
                for (int i = 0; i < 200; i++) sink += work.getAsInt();
                count += 200;
            }
            best = Math.min(best, (System.nanoTime() - began) / (double) count);
        }
        System.out.printf("%-23s %8.0f ns, %,12.0f per second%s%n", what, best, 1e9 / best, sink == 42 ? "!" : "");
    }
}
