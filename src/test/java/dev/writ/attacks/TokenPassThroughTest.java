package dev.writ.attacks;

import static dev.writ.walks.McpClient.isError;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Name;
import dev.writ.walks.McpClient;
import dev.writ.walks.OauthClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attack 17: a client's token is seen on the wire to a server, or a server's secret by the client. */
class TokenPassThroughTest {
    @TempDir
    private Path data;

    @Test
    void theClientsTokenNeverTravelsUpstreamAndTheServersSecretNeverDown() throws IOException {
        try (var product = Product.start(data);
                var tap = WireTap.before(URI.create(product.shop.url()).getPort())) {
            var url = "http://127.0.0.1:" + tap.port()
                    + URI.create(product.shop.url()).getPath();
            product.addServer(new Name("tapped"), url, "shop-secret");
            product.publish(Product.DEMO_POLICY + """
                    @id("tapped-reads")
                    permit (principal in Writ::Group::"support-agents", action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"tapped");
                    """);
            var client = OauthClient.with(product, product.owner);
            var id = client.registered();
            var request = client.request(id);
            request.put("resource", client.issuer() + "/mcp/tapped");
            var form = OauthClient.form(client.asked(request));
            form.put("agent", List.of("support-bot"));
            form.put("purpose", List.of("support case"));
            form.put("decision", List.of("allow"));
            var redemption = client.redemption(id, client.decided(form).sent().get("code"));
            redemption.put("resource", client.issuer() + "/mcp/tapped");
            var tokens = client.token(redemption).json();
            var access = tokens.string("access_token").orElseThrow();
            String seen;
            try (var mcp = McpClient.to(client.issuer() + "/mcp/tapped", access)) {
                mcp.initialize();
                var answer = mcp.call("get_order", "{\"order\":\"1001\"}");
                assertThat(isError(answer)).isFalse();
                seen = answer.text();
            }
            assertThat(tap.heard()).as("the tap hears").contains("get_order", "Bearer shop-secret");
            assertThat(tap.heard())
                    .doesNotContain(access)
                    .doesNotContain(access.substring(access.lastIndexOf('.')))
                    .doesNotContain(tokens.string("refresh_token").orElseThrow());
            assertThat(seen).doesNotContain("shop-secret");
        }
    }
}
