package dev.writ.bench;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.walks.OauthClient;
import dev.writ.walks.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writ before {@link EchoMcp}, with an agent, a task and a key; prints its port and the key. With a third argument also
 * a resource, a token for it, one that is bound to a key, a file with that many proofs for it, and client ids with
 * refresh tokens.
 */
final class GovernedServer {
    private static final Name ECHO = new Name("echo");
    private static final int REFRESHED = 32;

    private GovernedServer() {}

    public static void main(String[] arguments) throws InterruptedException, IOException {
        try (var product = Product.start(Path.of(arguments[0]))) {
            product.addServer(ECHO, arguments[1], "");
            product.publish("""
                    @id("echo-discover")
                    permit (principal in Writ::Group::"support-agents", action == Writ::Action::"server:discover", resource == Writ::McpServer::"echo");
                    @id("echo-small")
                    permit (principal in Writ::Group::"support-agents", action == Writ::Action::"call:echo/echo", resource)
                    when { context.input.amount.lessThanOrEqual(decimal("500.00")) && context.task.purpose == "support case" };
                    """);
            var task = product.open(Product.TaskSpec.SUPPORT.on(ECHO).calling(10_000_000));
            System.out.println(product.wiring.url().getPort());
            System.out.println(product.key(Product.BOT, task));
            if (arguments.length > 2)
                tokens(product, Path.of(arguments[0] + "-proofs"), Integer.parseInt(arguments[2]));
            Thread.sleep(Duration.ofHours(1));
        }
    }

    private static void tokens(Product product, Path file, int proofs) throws IOException {
        var client = OauthClient.with(product, product.owner);
        var resource = client.issuer() + "/mcp/echo";
        var key = OauthClient.key();
        var id = client.registered();
        System.out.println(resource);
        System.out.println(access(tokens(client, id, resource, "1")));
        var proof = OauthClient.proof(key, "POST", client.issuer() + "/oauth/token", Optional.empty());
        var bound = access(tokens(client, id, resource, "2", "dpop", proof));
        System.out.println(bound);
        var signed = new ArrayList<String>(proofs);
        for (int i = 0; i < proofs; i++) signed.add(OauthClient.proof(key, "POST", resource, Optional.of(bound)));
        System.out.println(Files.write(file, signed));
        var refreshes = new ArrayList<String>();
        for (int i = 0; i < REFRESHED; i++)
            refreshes.add(id + "@"
                    + tokens(client, id, resource, "r" + i)
                            .string("refresh_token")
                            .orElseThrow());
        System.out.println(String.join(" ", refreshes));
    }

    private static String access(Json.Obj tokens) {
        return tokens.string("access_token").orElseThrow();
    }

    /** Through the consent page, for a task of its own. */
    private static Json.Obj tokens(OauthClient client, String id, String resource, String state, String... headers) {
        var request = client.request(id);
        request.put("resource", resource);
        request.put("state", state);
        var form = OauthClient.form(client.asked(request));
        form.put("agent", List.of(Product.BOT.text()));
        form.put("task", List.of("new"));
        form.put("purpose", List.of("support case"));
        form.put("calls", List.of("9999999"));
        form.put("category", List.of("read", "money", "external", "irreversible"));
        form.put("decision", List.of("allow"));
        var redemption = client.redemption(id, client.decided(form).sent().get("code"));
        redemption.put("resource", resource);
        var reply = client.token(redemption, headers);
        if (reply.status() != 200) throw new AssertionError(reply.text());
        return reply.json();
    }
}
