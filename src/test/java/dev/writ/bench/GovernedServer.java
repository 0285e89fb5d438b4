package dev.writ.bench;

import dev.writ.base.Name;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.time.Duration;

/** Writ before {@link EchoMcp}, with an agent, a task and a key; prints its port and the key. */
final class GovernedServer {
    private GovernedServer() {}

    public static void main(String[] arguments) throws InterruptedException {
        var echo = new Name("echo");
        try (var product = Product.start(Path.of(arguments[0]))) {
            product.addServer(echo, arguments[1], "");
            product.publish("""
                    @id("echo-discover")
                    permit (principal in Writ::Group::"support-agents", action == Writ::Action::"server:discover", resource == Writ::McpServer::"echo");
                    @id("echo-small")
                    permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:echo/echo", resource)
                    when { context.input.amount.lessThanOrEqual(decimal("500.00")) && context.task.purpose == "support case" };
                    """);
            var task = product.open(Product.TaskSpec.SUPPORT.on(echo).calling(10_000_000));
            System.out.println(product.wiring.url().getPort());
            System.out.println(product.key(Product.BOT, task));
            Thread.sleep(Duration.ofHours(1));
        }
    }
}
