package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.walks.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Whatever a client makes of a cursor or a {@code requestState} that it was given: no other text opens anything. */
@Tag("fuzz")
class SealedStateFuzzTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long SEED = 7;
    private static final List<Name> SERVERS = List.of(Product.SHOP);

    /** Set once, before the first input. */
    private record Stage(
            Caller.OfAgent caller, Caller.OfAgent other, Cursors cursors, String cursor, Rounds rounds, String state) {}

    private static Optional<Stage> stage = Optional.empty();

    @BeforeAll
    static void seal() throws IOException {
        try (var product = Product.start(Files.createTempDirectory("sealed-fuzz"))) {
            var caller = caller(product);
            var cursors = new Cursors(new Random(SEED), InstantSource.fixed(NOW));
            var rounds = new Rounds(product.parts().guard(), new Random(SEED), InstantSource.fixed(NOW));
            var params = Json.object().put("name", "get_order").build();
            var binding = Json.object().put("method", "tools/call").put("params", params);
            var inner = Json.object()
                    .put("for", "acme/support-bot/" + caller.task().text() + "/shop")
                    .put("request", Canonical.digest(binding.build()).toString())
                    .put("until", NOW.getEpochSecond() + 60)
                    .put("asked", java.util.List.of("q"))
                    .put("state", "of the server");
            // The same seed, so the same key as within Rounds.
            var state = new StateSeal("writ-request-state-v1", new Random(SEED))
                    .seal(inner.build().text().getBytes(UTF_8));
            var cursor = cursors.after(caller, "tools/list", SERVERS, "get_order");
            stage = Optional.of(new Stage(caller, caller(product), cursors, cursor, rounds, state));
        }
        var on = stage.orElseThrow();
        assertThat(on.cursors.read(on.caller, "tools/list", SERVERS, on.cursor)).contains("get_order");
        assertThat(read(on, on.caller, on.state)).isInstanceOf(Rounds.Read.Good.class);
    }

    private static Caller.OfAgent caller(Product product) {
        var task = product.open(Product.TaskSpec.SUPPORT);
        var caller = product.parts().guard().callerOf(Optional.of(product.key(Product.BOT, task)));
        return (Caller.OfAgent) caller.orElseThrow();
    }

    private static Rounds.Read read(Stage on, Caller.OfAgent caller, String state) {
        var answers = Json.object().put("q", Json.Obj.EMPTY).build();
        var params = Json.object()
                .put("name", "get_order")
                .put("requestState", state)
                .put("inputResponses", answers);
        return on.rounds.read(
                caller, Product.SHOP, new Message.Request(Json.of(1), "tools/call", params.build(), true));
    }

    @FuzzTest(maxDuration = "10s")
    void noOtherTextOpensAnything(FuzzedDataProvider input) {
        var on = stage.orElseThrow();
        boolean ofState = input.consumeBoolean();
        var given = ofState ? on.state : on.cursor;
        int from = input.consumeInt(0, given.length());
        int to = input.consumeInt(from, given.length());
        var text = given.substring(0, from) + input.consumeRemainingAsString() + given.substring(to);
        assertThat(on.cursors.read(on.other, "tools/list", SERVERS, text)).isEmpty();
        assertThat(on.cursors.read(on.caller, "prompts/list", SERVERS, text)).isEmpty();
        assertThat(read(on, on.other, text)).isInstanceOf(Rounds.Read.Forged.class);
        if (!text.equals(on.cursor))
            assertThat(on.cursors.read(on.caller, "tools/list", SERVERS, text)).isEmpty();
        if (!text.equals(on.state)) assertThat(read(on, on.caller, text)).isInstanceOf(Rounds.Read.Forged.class);
    }
}
