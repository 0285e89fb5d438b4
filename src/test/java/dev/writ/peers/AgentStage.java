package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.authority.Approval;
import dev.writ.base.Json;
import dev.writ.walks.Product;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Writ with the shop behind it, as a program for {@code src/test/node/agents/run.mjs}: the first line of its output says
 * where it is and with which key, then each line of its input is a command and gets one line of answer. It ends with its
 * input.
 */
final class AgentStage {
    private final Product product;

    private AgentStage(Product product) {
        this.product = product;
    }

    /** @param arguments a folder for the data, empty or absent */
    public static void main(String... arguments) throws IOException {
        try (var product = Product.start(Path.of(arguments[0]));
                var in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            var stage = new AgentStage(product);
            say(stage.where());
            for (var line = in.readLine(); line != null; line = in.readLine()) say(stage.answer(line));
        }
    }

    private Json where() {
        return Json.object()
                .put("url", product.wiring.url() + "/mcp/" + Product.SHOP)
                .put("key", product.key(Product.BOT, product.open(Product.TaskSpec.SUPPORT)))
                .build();
    }

    private Json answer(String command) {
        return switch (command) {
            case "approve" -> approve();
            case "records" ->
                new Json.Arr(
                        product.records().stream().<Json>map(record -> record).toList());
            case "effects" -> product.shop.effects();
            default -> Json.object().put("error", "unknown command").build();
        };
    }

    /** Dana says yes to everything that waits. */
    private Json approve() {
        var now = Instant.now();
        var waiting = product.parts().authority().snapshot(Product.TENANT).approvals().values().stream()
                .filter(approval -> approval.state(now) == Approval.State.PENDING)
                .toList();
        waiting.forEach(
                approval -> product.approveAs(product.dana, approval.id().text()));
        return Json.object().put("approved", waiting.size()).build();
    }

    @SuppressWarnings("SystemOut") // a program that speaks over its standard streams
    private static void say(Json value) {
        System.out.println(value.text());
    }
}
