package dev.writ.attacks;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.app.Settings;
import dev.writ.app.Wiring;
import dev.writ.base.Name;
import dev.writ.peers.Eventually;
import dev.writ.store.Cable;
import dev.writ.store.Databases;
import dev.writ.store.PostgresServer;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import dev.writ.walks.Product;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attack 52: two instances with one log, or one of them deciding by what the other one has revoked. */
class SecondInstanceTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    @TempDir
    private Path home;

    private Path data() throws Exception {
        return Files.createDirectories(home.resolve("data"));
    }

    @Test
    void aSecondInstanceOnTheSameDatabaseDoesNotBeginAndLeavesTheFirstAlone() throws Exception {
        var url = PostgresServer.url(PostgresServer.port(), "postgres", Databases.schema(home));
        try (var product = Product.start(data(), settings -> settings.withDb(url));
                var client = product.client(Product.TaskSpec.SUPPORT)) {
            var other = Settings.of(home.resolve("other")).withPort(0).withDb(url);
            assertThatThrownBy(() -> Wiring.start(other, InstantSource.system(), new SecureRandom()))
                    .isInstanceOfSatisfying(
                            StoreError.class, e -> assertThat(e.code()).isEqualTo(StoreError.Code.LOCKED))
                    .hasMessageContaining("two would write one log twice");
            assertThat(home.resolve("other/ledger")).doesNotExist();
            assertThat(isError(client.call("get_order", ORDER))).isFalse();
            product.parts().store().probe();
        }
    }

    @Test
    void anInstanceThatWasCutOffAndReplacedLetsNothingThrough() throws Exception {
        try (var cable = Cable.to(PostgresServer.port())) {
            var schema = Databases.schema(home);
            var product = Product.start(
                    data(), settings -> settings.withDb(PostgresServer.url(cable.port(), "postgres", schema)));
            try (var client = product.client(Product.TaskSpec.SUPPORT)) {
                assertThat(isError(client.call("get_order", ORDER))).isFalse();
                cable.refuse();
                Store.open(
                                PostgresServer.at(schema),
                                new Name("node-1"),
                                "replacement",
                                List.of(
                                        dev.writ.registry.Registry.schema(),
                                        dev.writ.authority.Authority.schema(),
                                        dev.writ.identity.Identity.schema(),
                                        dev.writ.vault.Vault.schema()))
                        .close();
                cable.acceptAgain();
                // The next thing that it would write, or its own look every few seconds, tells it.
                assertThatThrownBy(product.parts().store()::probe)
                        .isInstanceOf(StoreError.class)
                        .hasMessageContaining("another Writ took the database");
                Eventually.that("it has stopped", () -> text(client.call("get_order", ORDER))
                        .startsWith("TEMPORARILY BLOCKED"));
                long before = product.shop.effects().integer("requests").orElseThrow();
                assertThat(text(client.call("get_order", ORDER))).startsWith("TEMPORARILY BLOCKED get_order");
                assertThat(product.shop.effects().integer("requests")).contains(before);
            } finally {
                closeWithoutOrder(product);
            }
        }
    }

    private static void closeWithoutOrder(Product product) {
        try {
            product.close();
        } catch (RuntimeException e) {
            // What it would still write down is no longer its to write.
            assertThat(e).hasMessage("not everything could be closed");
        }
    }
}
