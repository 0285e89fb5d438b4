package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.app.Settings;
import dev.writ.app.Wiring;
import dev.writ.authority.Task;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.cli.Cli;
import dev.writ.cli.Terminal;
import dev.writ.demo.Shop;
import dev.writ.ledger.Entry;
import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Claude Code and Codex with no key in their configuration: they are told to sign in, a person does so in a real browser
 * with a passkey and gives a consent, and they work until the task is revoked on the command line. Their models are
 * scripted; everything else is what people use. It needs Node and Chromium, and fails without them.
 */
@Tag("extended")
class SignInTest {
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(5);
    private static final int COMMAND_SECONDS_MAX = 60;
    private static final int END_SECONDS_MAX = 30;

    /** What the agents that sign in may do: look, mail customers, and small refunds; large ones take a person. */
    private static final String POLICY = """
            @id("reads")
            permit (principal, action in [Writ::Action::"server:discover", Writ::Action::"tool:call"], resource in Writ::McpServer::"shop")
            when { resource is Writ::McpServer || resource in Writ::ToolCategory::"read" };
            @id("mails")
            permit (principal, action == Writ::Action::"call:shop/send_email", resource)
            when { context.input.to like "*@customer.example" };
            @id("large-refunds")
            permit (principal, action == Writ::Action::"call:shop/create_refund", resource)
            when { context.approvals.contains(Writ::Group::"finance-leads") };
            """;

    @TempDir
    private Path home;

    private Path data;
    private Wiring wiring;
    private Shop shop;

    @ParameterizedTest
    @CsvSource({"claude-code, Claude Code, claude.ai", "codex, Codex, chatgpt.com"})
    void signsInThroughOurPagesAndWorksUntilItsTaskIsRevoked(String agent, String client, String vouched)
            throws IOException, InterruptedException {
        try (var script = script(agent)) {
            var site = said(script).string("site").orElseThrow();
            start(URI.create(site));
            try (var _ = shop;
                    var _ = wiring) {
                answer(
                        script,
                        Json.object()
                                .put("url", wiring.url().toString())
                                .put("link", wiring.firstLink().orElseThrow())
                                .build());
                var next = said(script);
                while (next.string("do").isPresent()) {
                    if (next.string("do").get().equals("retire")) retire(agent);
                    else revoke();
                    answer(script, Json.Obj.EMPTY);
                    next = said(script);
                }
                answer(script, Json.Obj.EMPTY);
                assertThat(script.exit()).succeedsWithin(Duration.ofSeconds(END_SECONDS_MAX));
                var why = next.string("failed").orElse("");
                var report = next.object("report").orElseThrow(() -> new AssertionError(why));
                assertSignedIn(report, site, client, vouched, agent);
                assertVerdictsReadByTheModel(report);
                assertNothingRepeated(report);
                assertSignedInAgain(report.object("again").orElseThrow(), agent);
                assertNotAskingWithoutEnd(report.object("retired").orElseThrow());
                assertRecorded();
            }
        }
    }

    /** It was told where to sign in, found everything by itself, and its person saw who asks. */
    private static void assertSignedIn(Json.Obj report, String site, String client, String vouched, String agent) {
        var way = objects(report, "way");
        assertThat(way.stream().filter(step -> step.integer("status").equals(Optional.of(401L))))
                .as("%s", report)
                .isNotEmpty()
                .allSatisfy(step -> assertThat(step.string("challenge").orElse(""))
                        .contains("resource_metadata=\"" + site + "/.well-known/oauth-protected-resource/mcp/shop\""));
        assertThat(way.stream().map(step -> step.string("path").orElse("")))
                .contains(
                        "/.well-known/oauth-protected-resource/mcp/shop",
                        "/.well-known/oauth-authorization-server",
                        "/oauth/authorize",
                        "/ui/sign-in",
                        "/oauth/token");
        var signedIn = report.object("signedIn").orElseThrow();
        assertThat(signedIn.integer("status")).as("%s", signedIn).hasValue(0L);
        var consent = report.object("consent").orElseThrow();
        assertThat(consent.string("text").orElse(""))
                .contains(
                        "Let " + client + " act for you?",
                        vouched,
                        "Answer goes to\nhttp://",
                        "shop",
                        "money",
                        "moves money");
        assertThat(consent.string("agent")).hasValue(agent);
    }

    private static void assertVerdictsReadByTheModel(Json.Obj report) {
        assertThat(report.strings("failures")).isEmpty();
        assertThat(report.bool("done")).as("%s", report).hasValue(true);
        assertThat(report.object("ran").orElseThrow().integer("status")).hasValue(0L);
        assertThat(String.join(" ", report.strings("offered")))
                .contains("get_order", "send_email", "create_refund")
                .doesNotContain("delete_customer");
        var read = objects(report, "read").stream()
                .map(each -> each.string("text").orElse(""))
                .toList();
        assertThat(read).hasSize(5);
        assertThat(read.get(0)).contains("1001").doesNotContain("DENIED");
        assertThat(read.get(1)).contains("DENIED send_email", "do not retry unchanged");
        assertThat(read.get(2)).contains("PENDING approval", "finance-leads");
        assertThat(read.subList(3, 5))
                .allSatisfy(text -> assertThat(text).contains("REVOKED by Owner", "stop and tell the user"));
    }

    private void assertNothingRepeated(Json.Obj report) {
        var calls = objects(report, "calls").stream()
                .filter(call -> call.string("called").equals(Optional.of("tools/call")))
                .toList();
        assertThat(calls)
                .as("calls that left the client")
                .hasSizeGreaterThanOrEqualTo(5)
                .allSatisfy(call -> assertThat(call.integer("status")).hasValue(200L));
        var most = report.object("most").orElseThrow();
        assertThat(most.integer("times").orElseThrow()).as("%s", most).isBetween(1L, 3L);
        assertThat(shop.effects().object("calls").orElseThrow().members()).containsOnlyKeys("get_order");
    }

    /** For another task, by the same commands that the documentation gives, with the agent of the first chosen already. */
    private void assertSignedInAgain(Json.Obj again, String agent) {
        assertThat(again.object("left").orElseThrow().integer("status"))
                .as("%s", again)
                .hasValue(0L);
        assertThat(again.object("signedIn").orElseThrow().integer("status"))
                .as("%s", again)
                .hasValue(0L);
        assertThat(again.string("chosen")).hasValue(agent);
        assertThat(again.object("listed").orElseThrow().string("stdout").orElse(""))
                .containsPattern(agent.equals("codex") ? "shop .*OAuth" : "shop: .*Connected");
    }

    /** A retired agent's token is not good any more, and a 401 must not set its client going round in circles. */
    private static void assertNotAskingWithoutEnd(Json.Obj retired) {
        assertThat(objects(retired, "calls").stream()
                        .filter(call -> call.string("called").equals(Optional.of("tools/call")))
                        .map(call -> call.integer("status").orElse(0L)))
                .as("%s", retired)
                .hasSizeBetween(2, 4)
                .startsWith(200L, 401L);
        assertThat(objects(retired, "calls")).as("all that it sent").hasSizeLessThan(30);
        assertThat(objects(retired, "read").getLast().string("text").orElse(""))
                .containsAnyOf("sign in", "Authentication required", "NOT SIGNED IN");
        assertThat(retired.object("ran").orElseThrow().integer("status")).hasValue(0L);
    }

    private List<Task> open() {
        var now = wiring.parts().clock().instant();
        return wiring.parts().authority().snapshot(new Name("default")).tasks().values().stream()
                .filter(task -> task.open(now))
                .toList();
    }

    private void assertRecorded() {
        var tenant = new Name("default");
        wiring.parts().ledger().checkpoint(tenant);
        var events = new ArrayList<String>();
        wiring.parts()
                .ledger()
                .scan(
                        tenant,
                        0,
                        (Entry entry) ->
                                events.add(entry.record().string("kind").orElse("") + "/"
                                        + entry.record().string("event").orElse("")));
        assertThat(events)
                .contains("enrolment/passkey-enrolled", "sign-in/signed-in")
                .filteredOn(event -> event.startsWith("token/"))
                .hasSizeBetween(1, 3);
        assertThat(events).filteredOn(event -> event.startsWith("consent/")).hasSize(2);
    }

    private static List<Json.Obj> objects(Json.Obj of, String member) {
        return of.array(member).orElseThrow().items().stream()
                .map(Json.Obj.class::cast)
                .toList();
    }

    // --- the script ---

    private Child script(String agent) throws IOException {
        var folder = Files.createDirectories(home.resolve("agent"));
        var words = new ArrayList<>(
                List.of(NodePeers.node().toString(), "src/test/node/agents/signin.mjs", agent, folder.toString()));
        Optional.ofNullable(System.getProperty("writ.pictures")).ifPresent(words::add);
        var environment = Map.of("PATH", System.getenv("PATH"), "HOME", System.getProperty("user.home"));
        return Child.start(new Command(words, environment, Path.of("").toAbsolutePath()), Limits.DEFAULT);
    }

    private static Json.Obj said(Child script) {
        var line = script.readLine().orElseThrow(() -> new AssertionError("the script ended: " + script.errorTail()));
        return JsonReader.readObject(line.getBytes(UTF_8));
    }

    private static void answer(Child script, Json.Obj answer) {
        script.writeLine(answer.bytes(), WRITE_LIMIT);
    }

    // --- the administrator ---

    private void start(URI site) throws IOException {
        data = home.resolve("data");
        shop = Shop.start(0, Optional.empty());
        var settings = Settings.of(data).toBuilder()
                .port(0)
                .hold(Duration.ZERO)
                .publicUrl(site)
                .build();
        wiring = Wiring.start(settings, InstantSource.system(), new SecureRandom());
        writ("group", "create", "finance-leads", "--of", "people");
        writ("server", "add", "shop", "--address", shop.url());
        writ("server", "inspect", "shop");
        approve("get_order,list_orders", "read");
        approve("create_refund", "money");
        approve("send_email", "external");
        approve("delete_customer", "irreversible");
        Files.writeString(data.resolve("policies/default/shop.cedar"), POLICY);
        writ("policy", "publish");
    }

    private void approve(String tools, String category) {
        writ("server", "approve", "shop", "--tool", tools, "--category", category, "--result-trusted", "--yes");
    }

    private void writ(String... words) {
        var err = new ByteArrayOutputStream();
        var out = new ByteArrayOutputStream();
        var terminal = new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                false,
                _ -> Optional.empty(),
                Map.of("HOME", home.toString(), "NO_COLOR", "1", "WRIT_DATA", data.toString()),
                home);
        assertThat(Cli.run(words, terminal))
                .as("%s: %s", String.join(" ", words), err.toString(UTF_8))
                .isZero();
    }

    private void retire(String agent) {
        assertThat(open()).hasSize(1).allSatisfy(task -> {
            assertThat(task.agent().text()).isEqualTo(agent);
            assertThat(task.purpose()).isEqualTo("another case");
        });
        writ("agent", "retire", agent, "--yes");
    }

    /** {@code writ task revoke} as a program of its own, on the one task that the consent has opened. */
    private void revoke() throws IOException, InterruptedException {
        var open = open();
        assertThat(open).hasSize(1);
        var log = home.resolve("revoke.log");
        var process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.writ.app.Main",
                "task",
                "revoke",
                open.getFirst().id().text(),
                "--reason",
                "the case is closed");
        process.environment().put("WRIT_DATA", data.toString());
        var ended =
                process.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(ended.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        assertThat(ended.exitValue()).as(Files.readString(log)).isZero();
    }
}
