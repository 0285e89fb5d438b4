package dev.writ.walks;

import dev.writ.base.Name;
import dev.writ.fixture.Eras;
import dev.writ.fixture.Fixture;
import dev.writ.peers.PeerStage;
import dev.writ.peers.ScriptedServer;
import dev.writ.registry.Transport;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Two servers of 2026-07-28 that are alike, two with sessions, and one that does not answer, behind {@code /mcp}. */
final class SeveralStage implements AutoCloseable {
    static final Name ONE = new Name("one");
    static final Name TWO = new Name("two");
    static final Name ODD = new Name("odd");
    static final Name GONE = new Name("gone");
    static final int RESOURCES = 700;

    final Fixture one = Fixture.start(Eras.MODERN);
    final Fixture two = Fixture.start(Eras.MODERN);
    final ScriptedServer odd = ScriptedServer.start();
    final PeerStage stage;
    final Product product;

    SeveralStage(Path data) {
        this(data, InstantSource.system());
    }

    SeveralStage(Path data, InstantSource clock) {
        odd.resources = IntStream.range(0, RESOURCES)
                .mapToObj(i -> "{\"uri\":\"memo:" + i + "\",\"name\":\"m\"}")
                .collect(Collectors.joining(
                        ",", "[", ",{\"uri\":\"memo:twice\",\"name\":\"m\"},{\"uri\":\"memo:twice\",\"name\":\"m\"}]"));
        odd.page = 300;
        stage = PeerStage.start(data, clock);
        product = stage.product;
        stage.register(ONE, new Transport.Http(URI.create(one.url())), _ -> PeerStage.reading());
        stage.register(TWO, new Transport.Http(URI.create(two.url())), _ -> PeerStage.reading());
        product.addServer(ODD, odd.url(), "x");
        try (var gone = ScriptedServer.start()) {
            product.addServer(GONE, gone.url(), "x");
        }
        publish("");
    }

    /** @param more policies beside those that let the bot use everything but one tool */
    void publish(String more) {
        product.publish(Product.DEMO_POLICY + """
                @id("all")
                permit (principal, action in [Writ::Action::"server:discover", Writ::Action::"tool:call", Writ::Action::"resource:read", Writ::Action::"prompt:get", Writ::Action::"server:request"], resource)
                when { resource in Writ::McpServer::"one" || resource in Writ::McpServer::"two" || resource in Writ::McpServer::"odd" || resource in Writ::McpServer::"gone" };
                @id("not-the-picture")
                forbid (principal, action == Writ::Action::"call:one/test_image_content", resource);
                """ + more);
    }

    String key(Name... servers) {
        return stage.key(servers);
    }

    StatelessClient client(Name... servers) {
        return client(key(servers));
    }

    StatelessClient client(String key) {
        return StatelessClient.to(product.wiring.url() + "/mcp", key);
    }

    @Override
    public void close() {
        stage.close();
        one.close();
        two.close();
        odd.close();
    }
}
