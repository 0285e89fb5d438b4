package dev.writ.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.store.Disk;
import dev.writ.store.StoreError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the order of commands, memory is what the database would give. */
class RandomRegistryTest extends RegistryFixture {
    private static final int STEPS = 120;

    private final List<Id> people = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anySequenceOfCommandsLeavesMemoryAndDatabaseTheSame(long seed) {
        var random = new Random(seed);
        people.add(owner);
        boolean broken = false;
        for (int i = 0; i < STEPS; i++) {
            if (random.nextInt(20) == 0) {
                if (broken) Disk.acceptWrites(store);
                else Disk.refuseWrites(store);
                broken = !broken;
            }
            try {
                step(random);
            } catch (StoreError e) {
                assertThat(broken).isTrue();
            }
            if (!broken) registry.servers().trust(ACME, SHOP, 1);
            if (!broken && i % 10 == 0)
                assertThat(new Registry(store, clock).snapshot(ACME)).isEqualTo(registry.snapshot(ACME));
        }
        if (broken) Disk.acceptWrites(store);
        done(registry.servers().trust(ACME, SHOP, 2));
        assertThat(registry.snapshot(ACME).people().size()).isGreaterThan(2);
        assertThat(registry.snapshot(OTHER)).isEqualTo(new Registry(store, clock).snapshot(OTHER));
    }

    private void step(Random random) {
        var person = people.get(random.nextInt(people.size()));
        var bot = new Name("bot-" + random.nextInt(4));
        var server = random.nextInt(3) == 0 ? new Name("mail") : SHOP;
        var group = Registry.BUILT_IN_GROUPS.get(random.nextInt(3));
        switch (random.nextInt(16)) {
            case 0 -> addPerson();
            case 1 -> registry.people().deactivate(ACME, person);
            case 2 -> registry.people().activate(ACME, person);
            case 3, 4 -> registry.people().join(ACME, group, person.text());
            case 5 -> registry.people().leave(ACME, group, person.text());
            case 6 ->
                registry.people().changeRule(ACME, group, 1 + random.nextInt(3), Proof.SESSION, random.nextBoolean());
            case 7 -> registry.agents().register(ACME, agent(bot.text()));
            case 8 -> registry.agents().suspend(ACME, bot);
            case 9 -> registry.agents().resume(ACME, bot);
            case 10 -> registry.agents().transfer(ACME, bot, person);
            case 11 -> registry.servers().register(ACME, server(server));
            case 12 ->
                registry.servers().move(ACME, server, new Transport.Stdio("x", List.of(), Set.of(), Optional.empty()));
            case 13, 14 -> registry.tools().seen(ACME, server, definitions(random));
            default -> approveOrWithdraw(random, server, person);
        }
    }

    private void addPerson() {
        var id = ids.pseudonym("per");
        registry.people().add(ACME, new Person(id, "Person", id + "@acme.example", true));
        people.add(id);
    }

    private static List<Json> definitions(Random random) {
        var list = new ArrayList<Json>();
        for (int i = 0; i < random.nextInt(6); i++)
            list.add(tool(List.of("a", "b", "c", "A", "b\u200b").get(random.nextInt(5)), "v" + random.nextInt(2)));
        return list;
    }

    private void approveOrWithdraw(Random random, Name server, Id by) {
        var tools = List.copyOf(registry.snapshot(ACME).toolsOf(server));
        if (tools.isEmpty()) return;
        var tool = tools.get(random.nextInt(tools.size()));
        if (random.nextInt(3) == 0 || tool.listed().isEmpty()) {
            registry.tools().withdraw(ACME, server, tool.name());
            return;
        }
        var read =
                new Classification(Set.of(new Name("read")), Set.of(), Set.of("path"), Set.of(), random.nextBoolean());
        registry.tools().approve(ACME, server, tool.name(), tool.listed().get().digest(), read, by);
    }
}
