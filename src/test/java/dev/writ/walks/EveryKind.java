package dev.writ.walks;

import static dev.writ.walks.McpClient.approval;
import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.guard.Entrance;
import dev.writ.guard.control.Reply;
import dev.writ.identity.Issue;
import dev.writ.people.Authenticator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What people and agents do, so that the product writes every kind of record that there is. */
final class EveryKind {
    private EveryKind() {}

    static void story(Product product, Path data) throws Exception {
        var control = product.parts().control();
        var owner = product.caller(product.owner);
        var http = new Api(product);
        var connected = ConnectedStage.behind(product);
        assertThat(connected.connect(product.erin, "erin").status()).isEqualTo(200);
        connected.away();
        http.call("POST", "/people", resource("Person", "zoe@acme.example", "{'displayName':'Zoe'}"));
        http.call("PUT", "/secrets/spare", "{'value':'xyzzy-secret'}");
        var digest = product.registry()
                .snapshot(Product.TENANT)
                .tool(Product.SHOP, new dev.writ.registry.ToolName("list_orders"))
                .orElseThrow()
                .listed()
                .orElseThrow()
                .digest();
        http.call(
                "POST",
                "/servers/shop/approve",
                "{'tools':{'list_orders':{'categories':['read'],'data':[],'digest':'" + digest + "'}}}");
        var policies = Files.createDirectories(data.resolve("policies/acme"));
        Files.writeString(policies.resolve("guardrails.cedar"), dev.writ.policy.publish.Shipped.guardrails());
        Files.writeString(policies.resolve("test.cedar"), Product.DEMO_POLICY + """
                @id("no-mail-to-evil")
                forbid (principal, action == Writ::Action::"call:shop/send_email", resource)
                when { context.input.to like "*@evil.example" };
                """);
        http.call("POST", "/policies/publish", "");
        var opened = http.call(
                "POST",
                "/tasks",
                "{'apiVersion':'writ.dev/v1','kind':'Task','spec':{'agent':'support-bot','person':'erin@acme.example',"
                        + "'purpose':'support case','scope':{'servers':['shop'],'categories':['read']},'calls':9,'for':'1h'}}");
        var task = opened.object("metadata").orElseThrow().string("name").orElseThrow();
        http.call("POST", "/tasks/" + task + "/delegations", "{'agent':'other-bot','calls':3}");
        http.call(
                "POST",
                "/mandates",
                resource(
                        "Mandate",
                        "triage",
                        "{'agent':'support-bot','source':'tickets','purpose':'x','scope':{'servers':['shop']},"
                                + "'for':'1h','uses':2}"));
        http.call("POST", "/mandates/triage/tasks", "{'event':'T-1'}");
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(isError(client.call("get_order", "{\"order\":\"1001\"}")))
                    .isFalse();
            client.call("send_email", "{\"to\":\"x@evil.example\",\"subject\":\"s\",\"body\":\"b\"}");
            var arguments = "{\"order\":\"1001\",\"amount\":900.00,\"currency\":\"EUR\",\"reason\":\"late\"}";
            var held = client.call("create_refund", arguments);
            assertThat(text(held)).contains("PENDING");
            product.approveAs(product.dana, approval(held));
            client.call("create_refund", arguments);
        }
        signIn(product, http);
        var oauth = OauthClient.with(product, product.owner);
        assertThat(oauth.tokens(oauth.registered()).string("access_token")).isPresent();
        assertThat(control.tasks().revoke(owner, task, "done with it")).isInstanceOf(Reply.Done.class);
        assertThat(control.logKeys().compromised(owner, Optional.empty())).isInstanceOf(Reply.Done.class);
    }

    /** Olga makes a passkey with a link, and by that signs in. */
    private static void signIn(Product product, Api http) throws IOException, InterruptedException {
        var link = http.call("POST", "/people/olga@acme.example/links", "")
                .string("link")
                .orElseThrow();
        var secret = link.substring(link.indexOf("link=") + 5);
        var entrance = product.parts().control().entrance();
        var at = new Entrance.At("localhost", "http://localhost:1");
        var options = entrance.toEnrol(at, Product.TENANT, "a browser", secret)
                .orElseThrow()
                .options();
        var made = new Authenticator(at.origin()).make(options.text());
        assertThat(entrance.withLink(at, Product.TENANT, "a browser", secret, made))
                .isInstanceOf(Entrance.Entered.In.class);
    }

    private static String resource(String kind, String name, String spec) {
        return "{'apiVersion':'writ.dev/v1','kind':'" + kind + "','metadata':{'name':'" + name + "'},'spec':" + spec
                + "}";
    }

    /** The control plane as Olga reaches it. */
    private record Api(Product product) {
        Json.Obj call(String method, String path, String body) throws IOException, InterruptedException {
            var issued = product.parts()
                    .identity()
                    .issueForPerson(Product.TENANT, product.parts().ids().next("key"), product.owner);
            if (!(issued instanceof Issue.Issued(var _, var key))) throw new AssertionError(issued);
            var request = HttpRequest.newBuilder(URI.create(product.wiring.url() + "/api/v1" + path))
                    .header("authorization", "Bearer " + key.reveal())
                    .header("content-type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                    .build();
            var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode() / 100)
                    .as(path + ": " + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(2);
            return answer.body().length == 0 ? Json.Obj.EMPTY : JsonReader.readObject(answer.body());
        }
    }
}
