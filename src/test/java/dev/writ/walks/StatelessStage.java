package dev.writ.walks;

import dev.writ.base.Name;
import dev.writ.fixture.Eras;
import dev.writ.fixture.Fixture;
import dev.writ.peers.PeerStage;
import dev.writ.registry.Transport;
import java.net.URI;
import java.nio.file.Path;

/** The whole product before a server of 2026-07-28 and the shop, whose era has sessions. */
public final class StatelessStage implements AutoCloseable {
    public static final Name SERVER = new Name("fixture");
    public final Fixture fixture;
    public final PeerStage stage;
    public final Product product;

    private StatelessStage(Path data, Eras eras) {
        this.fixture = Fixture.start(eras);
        this.stage = PeerStage.start(data);
        this.product = stage.product;
        stage.register(SERVER, new Transport.Http(URI.create(fixture.url())), _ -> PeerStage.reading());
        product.publish(POLICY + ASKING);
    }

    public static StatelessStage start(Path data) {
        return start(data, Eras.MODERN);
    }

    public static StatelessStage start(Path data, Eras eras) {
        return new StatelessStage(data, eras);
    }

    /** A client under a new task that has both servers. */
    public StatelessClient client() {
        return client(key());
    }

    public StatelessClient client(String key) {
        return client(key, SERVER);
    }

    public StatelessClient client(String key, Name server) {
        return StatelessClient.to(product.wiring.url() + "/mcp/" + server, key);
    }

    public String key() {
        return stage.key(SERVER, Product.SHOP);
    }

    /** How many records of refusals say this of why. */
    public long refusals(String reason) {
        return product.records().stream()
                .filter(record -> record.string("kind").equals(java.util.Optional.of("refusal")))
                .filter(record -> record.string("reason").equals(java.util.Optional.of(reason)))
                .count();
    }

    /** All of the fixture but one tool, one prompt and one resource, and what the shop's story permits. */
    public static final String POLICY = Product.DEMO_POLICY + """
            @id("all-of-fixture")
            permit (
              principal in Writ::Group::"support-agents",
              action in [Writ::Action::"server:discover", Writ::Action::"tool:call", Writ::Action::"resource:read", Writ::Action::"prompt:get"],
              resource in Writ::McpServer::"fixture");
            @id("not-the-picture")
            forbid (principal, action == Writ::Action::"call:fixture/test_image_content", resource);
            @id("not-the-binary")
            forbid (principal, action == Writ::Action::"resource:read", resource)
            when { resource.uri == "test://static-binary" };
            """;

    /** The fixture may ask clients. */
    public static final String ASKING = """
            @id("fixture-asks")
            permit (principal in Writ::Group::"support-agents", action == Writ::Action::"server:request", resource == Writ::McpServer::"fixture");
            """;

    @Override
    public void close() {
        stage.close();
        fixture.close();
    }
}
