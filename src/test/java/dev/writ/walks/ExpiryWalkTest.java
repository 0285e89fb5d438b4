package dev.writ.walks;

import static dev.writ.walks.SeveralStage.ODD;
import static dev.writ.walks.SeveralStage.ONE;
import static dev.writ.walks.StatelessClient.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients carry for us is good for a while; the clock is one that the test moves. */
class ExpiryWalkTest {
    private static final String TOOL = "test_input_required_result_request_state";
    private static final String YES = "{\"confirm\":{\"action\":\"accept\",\"content\":{\"ok\":true}}}";

    private static final Product.TaskSpec LONG = new Product.TaskSpec(
            Product.BOT, "support case", Set.of(ONE, ODD), Optional.empty(), 1_000, Duration.ofHours(8));

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    private void pass(Duration time) {
        ahead.updateAndGet(before -> before.plus(time));
    }

    @Test
    void aStateIsGoodForHalfAnHourAndACursorForTenMinutes(@TempDir Path data) {
        try (var stage = new SeveralStage(data, () -> Instant.now().plus(ahead.get()));
                var client = stage.client(stage.product.key(Product.BOT, stage.product.open(LONG)))) {
            var page = Json.object()
                    .put(
                            "cursor",
                            client.ask("resources/list", NONE, NONE).result().string("nextCursor"))
                    .build()
                    .text();
            pass(Duration.ofMinutes(9));
            assertThat(client.ask("resources/list", page, NONE).code()).isZero();
            pass(Duration.ofMinutes(1));
            assertThat(client.ask("resources/list", page, NONE).code()).isEqualTo(-32602);
            assertRefused(stage, "mcp/resources/list");

            var early = state(client);
            pass(Duration.ofMinutes(29));
            assertThat(client.again("one__" + TOOL, "{}", early, YES).text()).contains("state-ok");
            var late = state(client);
            long calls = stage.one.heard().calls(TOOL);
            pass(Duration.ofMinutes(30));
            assertThat(client.again("one__" + TOOL, "{}", late, YES).code()).isEqualTo(-32602);
            assertRefused(stage, "one/" + TOOL);
            assertThat(stage.one.heard().calls(TOOL)).isEqualTo(calls);
        }
    }

    private static String state(StatelessClient client) {
        return client.call("one__" + TOOL, "{}").result().string("requestState").orElseThrow();
    }

    private static void assertRefused(SeveralStage stage, String target) {
        var refusal = stage.product.lastOf("refusal");
        assertThat(refusal.string("reason")).hasValue("arguments");
        assertThat(refusal.object("action").flatMap(action -> action.string("target")))
                .isEqualTo(Optional.of(target));
    }
}
