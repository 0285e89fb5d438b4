package dev.writ.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.guard.control.Reply;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server's secret that is changed while a client's session is open: the old one is not shown once more. */
class RotatedSecretTest {
    private static final String ORDER = "{\"order\":\"1001\"}";
    private static final Name TAPPED = new Name("tapped");

    @TempDir
    Path data;

    @Test
    void aRotatedSecretReachesTheNextCallOfAnOpenSession() throws IOException {
        try (var product = Product.start(data)) {
            var shop = URI.create(product.shop.url());
            try (var tap = WireTap.before(shop.getPort())) {
                product.addServer(TAPPED, "http://127.0.0.1:" + tap.port() + shop.getPath(), "shop-secret");
                product.publish(Product.DEMO_POLICY + """
                        @id("tapped-reads")
                        permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"tapped");
                        """);
                var task = product.open(Product.TaskSpec.SUPPORT.on(TAPPED));
                try (var client = product.client(product.key(Product.BOT, task), TAPPED)) {
                    for (int i = 0; i < 3; i++)
                        assertThat(McpClient.isError(client.call("get_order", ORDER)))
                                .isFalse();
                    int before = tap.heard().length();
                    put(product, "Bearer rotated-secret");
                    var _ = client.post("{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"tools/call\",\"params\":"
                            + "{\"name\":\"get_order\",\"arguments\":" + ORDER + "}}");
                    var after = tap.heard().substring(before);
                    assertThat(after).contains("rotated-secret").doesNotContain("shop-secret");
                    put(product, "Bearer shop-secret");
                    assertThat(McpClient.isError(client.call("get_order", ORDER)))
                            .isFalse();
                }
            }
        }
    }

    private static void put(Product product, String value) {
        assertThat(product.parts().control().secrets().put(product.caller(product.owner), "shop-key", Secret.of(value)))
                .isInstanceOf(Reply.Done.class);
    }
}
