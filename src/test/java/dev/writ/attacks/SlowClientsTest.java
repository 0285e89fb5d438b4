package dev.writ.attacks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tries to take all places by clients that begin requests and do not go on. */
class SlowClientsTest {
    private static final int CALLS_MAX = 8;

    @Test
    void strangersWhoNeverSendTheirBodiesDoNotKeepAnAgentFromItsWork(@TempDir Path data) throws IOException {
        try (var product = Product.start(data, settings -> settings.toBuilder()
                .callsMax(CALLS_MAX)
                .tenantPercent(50)
                .build())) {
            var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
            long calls = product.calls();
            int records = product.records().size();
            var sockets = new ArrayList<Socket>();
            for (int i = 0; i < 10 * CALLS_MAX; i++) {
                var socket = new Socket("127.0.0.1", product.wiring.url().getPort());
                sockets.add(socket);
                socket.getOutputStream()
                        .write(("POST /mcp/shop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                        + "Content-Length: 100000\r\n\r\n{")
                                .getBytes(US_ASCII));
            }
            until(() -> product.wiring.server().callsInFlight() == CALLS_MAX / 2);
            assertThat(product.records()).as("strangers cost no record").hasSize(records);
            assertThat(product.calls()).as("and reach nobody").isEqualTo(calls);
            try (var client = product.client(key, Product.SHOP)) {
                for (int i = 0; i < 20; i++)
                    assertThat(McpClient.isError(client.call("get_order", "{\"order\":\"1001\"}")))
                            .isFalse();
            }
            assertThat(product.calls()).isEqualTo(calls + 20);
            for (var socket : sockets) socket.close();
            until(() -> product.wiring.server().callsInFlight() == 0);
        }
    }

    private static void until(java.util.function.BooleanSupplier condition) {
        long until = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in vain").isLessThan(until);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
