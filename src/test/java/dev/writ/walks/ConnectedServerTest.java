package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.registry.Access;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person connects somebody else's server once; from then on the person's tasks reach it, and nobody else's. */
class ConnectedServerTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    @TempDir
    private Path data;

    @Test
    void thePersonConnectsTheServerAndTheIdenticalCallGoesThrough() {
        try (var stage = ConnectedStage.start(data)) {
            var key = stage.agentKey();
            var agent = stage.product.client(key, ConnectedStage.ORDERS);
            assertThat(agent.toolNames())
                    .as("what was approved is shown meanwhile")
                    .contains("get_order");
            var pending = agent.call("get_order", ORDER);
            assertThat(McpClient.text(pending)).startsWith("PENDING get_order: a person must connect orders first");
            assertThat(ConnectedStage.link(pending))
                    .contains(stage.product.wiring.url() + "/t/acme/oauth/upstream/start?server=orders");
            assertThat(stage.peer.calls).isEmpty();

            assertThat(stage.connect(stage.product.erin, "erin").status()).isEqualTo(200);

            var connected = stage.product.client(key, ConnectedStage.ORDERS);
            assertThat(McpClient.text(connected.call("get_order", ORDER))).contains("1001");
            assertThat(stage.peer.calls).containsExactly("erin");
            assertThat(stage.uses())
                    .extracting(record -> record.string("event").orElse(""))
                    .containsExactly("registered", "connected");
            assertThat(stage.uses().getLast().string("subject")).contains(stage.product.erin.text());
        }
    }

    @Test
    void aSessionThatBeganBeforeTheServerWasConnectedEndsSoThatTheClientOpensAnother() {
        try (var stage = ConnectedStage.start(data)) {
            var agent = stage.agent();
            assertThat(ConnectedStage.link(agent.call("get_order", ORDER))).isPresent();
            stage.connect(stage.product.erin, "erin");
            var late = agent.post("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/list\"}");
            assertThat(late.status()).isEqualTo(404);
            agent.initialize();
            assertThat(McpClient.text(agent.call("get_order", ORDER))).contains("1001");
        }
    }

    /** The decision is begun on the event loop, which may open no vault: the call leaves it, and the token is shown. */
    @Test
    void aCallThatBeginsOnTheEventLoopLeavesItToBeShownItsToken() throws Exception {
        try (var stage = ConnectedStage.start(data)) {
            stage.connect(stage.product.erin, "erin");
            var agent = stage.agent();
            assertThat(McpClient.isError(agent.call("get_order", ORDER))).isFalse();
            stage.peer.heard.clear();
            var left = Handovers.during(data, () -> {
                for (int i = 0; i < 3; i++)
                    assertThat(McpClient.isError(agent.call("get_order", ORDER)))
                            .isFalse();
            });
            assertThat(left).isEqualTo(3);
            assertThat(stage.peer.calls).containsOnly("erin").hasSize(4);
            assertThat(stage.peer.heard).hasSize(3).allMatch(text -> stage.peer.given().stream()
                    .anyMatch(text::contains));
        }
    }

    @Test
    void whatOnePersonConnectedIsNotThereForAnothersTask() {
        try (var stage = ConnectedStage.start(data)) {
            stage.connect(stage.product.dana, "dana");
            assertThat(ConnectedStage.link(stage.agent().call("get_order", ORDER)))
                    .as("the task is Erin's")
                    .isPresent();
            assertThat(stage.peer.calls).isEmpty();
            stage.connect(stage.product.erin, "erin");
            stage.agent().call("get_order", ORDER);
            assertThat(stage.peer.calls).containsExactly("erin");
        }
    }

    @Test
    void manyCallsThatMeetAnExpiredTokenHaveItRenewedOnce() throws Exception {
        try (var stage = ConnectedStage.start(data);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            stage.connect(stage.product.erin, "erin");
            var agents = List.of(stage.agent(), stage.agent(), stage.agent(), stage.agent());
            stage.peer.expireAll();
            var calls = agents.stream()
                    .<Callable<Json.Obj>>map(agent -> () -> agent.call("get_order", ORDER))
                    .toList();
            for (var answer : threads.invokeAll(calls))
                assertThat(McpClient.text(answer.get())).contains("1001");
            assertThat(stage.peer.grants).containsExactly("authorization_code", "refresh_token");
        }
    }

    @Test
    void aConnectionThatTheOtherSideForgotIsForgottenHereAndAskedForAgain() {
        try (var stage = ConnectedStage.start(data)) {
            stage.connect(stage.product.erin, "erin");
            var agent = stage.agent();
            assertThat(McpClient.text(agent.call("get_order", ORDER))).contains("1001");
            stage.peer.forgetAll();
            assertThat(ConnectedStage.link(agent.call("get_order", ORDER))).isPresent();
            var removed = stage.product.lastOf("revocation");
            assertThat(removed.string("event")).contains("credential-removed");
            assertThat(removed.string("subject")).contains(stage.product.erin.text());
        }
    }

    @Test
    void theConnectionOutlivesARestartAndNotItsRemoval() throws Exception {
        try (var stage = ConnectedStage.start(data)) {
            stage.connect(stage.product.erin, "erin");
            var caller = stage.product.caller(stage.product.erin);
            try (var again = stage.product.again(data, () -> {})) {
                again.client(
                                again.key(Product.BOT, again.open(Product.TaskSpec.SUPPORT.on(ConnectedStage.ORDERS))),
                                ConnectedStage.ORDERS)
                        .call("get_order", ORDER);
                assertThat(stage.peer.calls).containsExactly("erin");
                assertThat(again.parts().upstreams().connections().remove(caller, ConnectedStage.ORDERS))
                        .isTrue();
                assertThat(again.parts().vault().wallet().places(Product.TENANT, stage.product.erin.text()))
                        .isEmpty();
            }
        }
    }

    @Test
    void aMovedServerIsShownNothingThatWasGotForTheOldAddress() {
        try (var stage = ConnectedStage.start(data);
                var other = OAuthPeer.start()) {
            stage.connect(stage.product.erin, "erin");
            var servers = stage.product.registry().servers();
            Product.done(servers.move(
                    Product.TENANT,
                    ConnectedStage.ORDERS,
                    new dev.writ.registry.Transport.Http(java.net.URI.create(other.url()))));
            Product.done(servers.approve(Product.TENANT, ConnectedStage.ORDERS));
            assertThat(ConnectedStage.link(stage.agent().call("get_order", ORDER)))
                    .isPresent();
            assertThat(other.heard).isNotEmpty().noneMatch(text -> text.contains("canary"));
        }
    }

    @Test
    void eachTaskGetsATokenOfItsOwnByOurOwnCredentials() {
        try (var stage = ConnectedStage.start(data)) {
            stage.product
                    .parts()
                    .vault()
                    .put(Product.TENANT, new Name("orders-client"), dev.writ.base.Secret.of("s3cret"));
            var access = new Access(
                    Access.Kind.CLIENT_CREDENTIALS,
                    false,
                    Optional.of(new Access.Client("writ", Optional.of(new Name("orders-client")), Optional.empty())),
                    Optional.of(stage.peer.at("")),
                    List.of(),
                    Optional.empty(),
                    Optional.empty());
            Product.done(
                    stage.product.registry().servers().shown(Product.TENANT, ConnectedStage.ORDERS, List.of(), access));
            var one = stage.agent();
            var other = stage.agent();
            for (int i = 0; i < 3; i++) {
                assertThat(McpClient.text(one.call("get_order", ORDER))).contains("1001");
                assertThat(McpClient.text(other.call("get_order", ORDER))).contains("1001");
            }
            assertThat(stage.peer.grants).containsExactly("client_credentials", "client_credentials");
        }
    }

    @Test
    void aCallBringsATransactionTokenThatNamesItsIntent() throws Exception {
        var access = new Access(
                Access.Kind.OAUTH,
                true,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
        try (var stage = ConnectedStage.start(data, access)) {
            stage.connect(stage.product.erin, "erin");
            stage.agent().call("get_order", ORDER);
            var token = JWSObject.parse(stage.peer.transaction);
            var keys = JWKSet.parse(
                    stage.product.parts().guard().tokens().jwks(Product.TENANT).text());
            var key = keys.getKeyByKeyId(token.getHeader().getKeyID()).toECKey();
            assertThat(token.verify(new ECDSAVerifier(key))).isTrue();
            assertThat(token.getHeader().getType().getType()).isEqualTo("txntoken+jwt");
            var claims = JsonReader.readObject(token.getPayload().toBytes());
            assertThat(claims.string("aud")).contains(stage.peer.url());
            assertThat(claims.string("sub")).contains(stage.product.erin.text());
            assertThat(claims.integer("exp").orElseThrow()
                            - claims.integer("iat").orElseThrow())
                    .isEqualTo(60);
            var details = claims.object("tctx").orElseThrow();
            assertThat(details.string("target")).contains("orders/get_order");
            var intent = new dev.writ.base.Id(details.string("intent").orElseThrow());
            stage.product.records();
            var entry = stage.product.parts().ledger().about(Product.TENANT, intent).stream()
                    .filter(each -> each.id().equals(intent))
                    .findFirst()
                    .orElseThrow();
            assertThat(details.string("leaf"))
                    .contains(HexFormat.of()
                            .formatHex(Digest.of(new byte[] {0}, entry.leaf()).bytes()));
            assertThat(new String(entry.leaf(), UTF_8)).contains("\"kind\":\"call-tool\"");
        }
    }
}
