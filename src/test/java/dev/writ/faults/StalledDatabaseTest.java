package dev.writ.faults;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.authority.Stop;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.peers.Eventually;
import dev.writ.store.Cable;
import dev.writ.store.Databases;
import dev.writ.store.PostgresServer;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The database stands still without a word. What needs it not goes on as if nothing were, what needs it ends as
 * temporarily blocked, what takes authority away is in force at once, and afterwards everything goes on.
 */
@Tag("extended")
class StalledDatabaseTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final String REFUND = "{\"order\":\"1001\",\"amount\":900,\"currency\":\"EUR\"}";
    private static final String OTHER_REFUND = "{\"order\":\"1001\",\"amount\":800,\"currency\":\"EUR\"}";

    private static final String MAIL = "{\"to\":\"x@evil.example\",\"subject\":\"s\",\"body\":\"b\"}";

    @TempDir
    private Path data;

    /** How a database comes to stand still. */
    enum Stall {
        /** Nothing goes through to the server and back. */
        THE_WAY_TO_THE_SERVER {
            @Override
            Held over(Path data) {
                var cable = Cable.to(PostgresServer.port());
                return new Held(
                        settings ->
                                settings.withDb(PostgresServer.url(cable.port(), "postgres", Databases.schema(data))),
                        cable::hold,
                        cable::release);
            }
        },
        /** Every process of the server is stopped. */
        THE_SERVERS_PROCESSES {
            @Override
            Held over(Path data) {
                return new Held(
                        settings -> settings.withDb(
                                PostgresServer.url(PostgresServer.port(), "postgres", Databases.schema(data))),
                        PostgresServer::freeze,
                        PostgresServer::thaw);
            }
        },
        /** Another program has the file's only write lock. */
        ANOTHER_WRITER {
            @Override
            Held over(Path data) {
                var other = new OtherWriter(data.resolve("writ.db"));
                return new Held(
                        settings -> Product.settings(settings.data()).withHold(settings.hold()),
                        other::begin,
                        other::end);
            }
        };

        abstract Held over(Path data);
    }

    private record Held(UnaryOperator<dev.writ.app.Settings> settings, Runnable hold, Runnable release) {}

    private static final class OtherWriter {
        private final Path file;
        private final CompletableFuture<Connection> held = new CompletableFuture<>();

        OtherWriter(Path file) {
            this.file = file;
        }

        void begin() {
            try {
                var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                try (var statement = connection.createStatement()) {
                    statement.execute("BEGIN IMMEDIATE");
                }
                held.complete(connection);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        void end() {
            try {
                held.join().close();
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Stall.class)
    void aStalledDatabaseHoldsUpNothingThatDoesNotNeedIt(Stall stall) throws Exception {
        var held = stall.over(data);
        try (var product = Product.start(data, held.settings());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var doomed = product.open(Product.TaskSpec.SUPPORT);
            try (var agent = product.client(Product.TaskSpec.SUPPORT);
                    var other = product.client(Product.TaskSpec.SUPPORT);
                    var revoked = product.client(product.key(Product.BOT, doomed), Product.SHOP)) {
                approved(product, agent, REFUND);
                approved(product, other, OTHER_REFUND);
                for (var each : List.of(agent, other, revoked))
                    assertThat(isError(each.call("get_order", ORDER))).isFalse();
                held.hold().run();
                Future<Json.Obj> consumption;
                Future<Stop> stopping;
                try {
                    long before = refunds(product);
                    consumption = threads.submit(() -> agent.call("create_refund", REFUND));
                    // More calls than one connection would let through one after the other.
                    for (int i = 0; i < 5; i++) {
                        assertThat(isError(agent.call("get_order", ORDER))).isFalse();
                        assertThat(text(agent.call("send_email", MAIL))).startsWith("DENIED send_email");
                    }
                    stopping = threads.submit(() ->
                            product.parts().authority().revoke(Product.TENANT, doomed, product.owner, "it is enough"));
                    Eventually.that("the task is over", () -> product.parts()
                            .authority()
                            .snapshot(Product.TENANT)
                            .task(doomed)
                            .orElseThrow()
                            .end()
                            .isPresent());
                    assertThat(text(revoked.call("get_order", ORDER))).startsWith("REVOKED");
                    assertThat(isError(other.call("get_order", ORDER))).isFalse();
                    // While the database still stands.
                    assertThat(text(consumption.get(40, TimeUnit.SECONDS)))
                            .startsWith("TEMPORARILY BLOCKED create_refund");
                    assertThat(stopping.get(40, TimeUnit.SECONDS))
                            .isInstanceOfSatisfying(Stop.Stopped.class, stopped -> assertThat(stopped.unsaved())
                                    .isPresent());
                    assertThat(refunds(product)).isEqualTo(before);
                    assertThat(product.lastOf("refusal").string("reason")).isPresent();
                } finally {
                    held.release().run();
                }
                product.parts().authority().settle();
                assertThat(isError(other.call("create_refund", OTHER_REFUND))).isFalse();
                assertThat(text(revoked.call("get_order", ORDER))).startsWith("REVOKED");
                assertThat(refunds(product)).isPositive();
                usedAtMostOnce(product, agent);
            }
        }
    }

    /** The consumption that was cut short may have been saved or not; either way the action is done at most once. */
    private static void usedAtMostOnce(Product product, McpClient agent) {
        long before = refunds(product);
        for (int i = 0; i < 3; i++) agent.call("create_refund", REFUND);
        assertThat(refunds(product) - before).isLessThanOrEqualTo(1);
    }

    private static void approved(Product product, McpClient agent, String arguments) {
        assertThat(isError(agent.call("create_refund", arguments))).isTrue();
        Id approval = product.parts()
                .authority()
                .snapshot(Product.TENANT)
                .pending(Instant.now())
                .getFirst()
                .id();
        product.approveAs(product.dana, approval.text());
    }

    private static long refunds(Product product) {
        return product.shop
                .effects()
                .object("calls")
                .orElseThrow()
                .integer("create_refund")
                .orElse(0L);
    }
}
