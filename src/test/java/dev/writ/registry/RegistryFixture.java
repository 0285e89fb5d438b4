package dev.writ.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.store.Databases;
import dev.writ.store.HandClock;
import dev.writ.store.Store;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A registry on a real database with two tenants, a person in each and a server in the first. */
@ParameterizedClass
@MethodSource("dev.writ.store.Databases#ofThisRun")
abstract class RegistryFixture {
    static final Name ACME = new Name("acme");
    static final Name OTHER = new Name("other");
    static final Name SHOP = new Name("shop");

    final HandClock clock = new HandClock();
    final Ids ids = new Ids(clock, new Random(1));
    final Id owner = ids.pseudonym("per");
    final Id stranger = ids.pseudonym("per");

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    Store store;
    Registry registry;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(Registry.schema()));
        registry = new Registry(store, clock);
        done(registry.createTenant(ACME));
        done(registry.createTenant(OTHER));
        done(registry.people().add(ACME, new Person(owner, "Olga Owner", "olga@acme.example", true)));
        done(registry.people().add(OTHER, new Person(stranger, "Stan Stranger", "stan@other.example", true)));
        done(registry.servers().register(ACME, server(SHOP)));
    }

    @AfterEach
    void close() {
        assertThat(new Registry(store, clock).snapshot(ACME)).isEqualTo(registry.snapshot(ACME));
        store.close();
    }

    Server server(Name name) {
        return new Server(
                name,
                new Transport.Http(URI.create("https://shop.example/mcp")),
                1,
                Server.Status.PENDING,
                List.of(),
                owner,
                clock.instant());
    }

    Agent agent(String name) {
        return new Agent(
                new Name(name),
                owner,
                "answers customers",
                Agent.Status.ACTIVE,
                2,
                clock.instant().plus(Duration.ofDays(90)),
                clock.instant());
    }

    static Json tool(String name, String description) {
        return Json.object()
                .put("name", name)
                .put("description", description)
                .put("inputSchema", JsonReader.read("{\"type\":\"object\"}"))
                .build();
    }

    static <T> T done(Outcome<T> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done<T>) outcome).value();
    }

    static void refused(Outcome<?> outcome, String why) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        assertThat(((Outcome.Refused<?>) outcome).why()).contains(why);
    }
}
