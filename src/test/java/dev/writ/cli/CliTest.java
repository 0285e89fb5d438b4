package dev.writ.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.http.server.Answer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command does alike: help, wrong usage, exit codes, formats, and never a raw control character. */
class CliTest {
    private final ContractServer server = new ContractServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private Shell shell() {
        return Shell.in(folder, server);
    }

    @Test
    void helpListsEveryCommandAndEveryExitCode() {
        var ran = Shell.in(folder).run("--help");
        assertThat(ran.exit()).isZero();
        assertThat(ran.err()).isEmpty();
        for (var name : Commands.names()) assertThat(ran.out()).contains("  " + name + " ");
        for (var code : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 130})
            assertThat(ran.out()).contains("  " + code + " ");
    }

    @ParameterizedTest
    @CsvSource({
        "agnet, agent",
        "aproval, approval",
        "polcy, policy",
        "evidense, evidence",
        "statsu, status",
    })
    void anUnknownCommandIsToldTheNearest(String typed, String nearest) {
        var ran = Shell.in(folder).run(typed);
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("there is no command " + typed + "; did you mean " + nearest + "?");
    }

    @Test
    void anUnknownVerbOrOptionIsToldTheNearest() {
        assertThat(shell().run("agent", "lsit").err())
                .contains("did you mean list?")
                .contains("writ agent --help");
        assertThat(shell().run("status", "--pain-http").err()).contains("did you mean --plain-http?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "agent",
                "agent create x",
                "task open --agent a",
                "agent show",
                "agent list -o xml",
                "agent list -o"
            })
    void wrongUsageIsTwoAndPrintsNoData(String line) {
        var ran = shell().run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("writ: ").contains("next: ");
    }

    @Test
    void anArgumentThatBeginsWithAnAtSignIsNoFile() {
        var ran = shell().run("approval", "refuse", "abcd", "--reason", "@nobody");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("there is no abcd");
    }

    @ParameterizedTest
    @CsvSource({"400, 1", "401, 1", "403, 3", "404, 1", "409, 7", "422, 1", "500, 1", "503, 6"})
    void aProblemBecomesItsExitCodeAndThreeLines(int status, int exit) {
        server.when("GET /status", Answer.problem(status, "it did not work", "because of the weather"));
        var ran = shell().run("status");
        assertThat(ran.exit()).isEqualTo(exit);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("writ: it did not work\n  why:  because of the weather\n");
    }

    @Test
    void aDenialSaysWhereTheReasonIs() {
        var problem = Json.object()
                .put("title", "the role admin is missing")
                .put("status", 403)
                .put("decision", "dec_01k00000000000000000000dec")
                .build();
        server.when("GET /agents", Answer.of(403, "application/problem+json", problem.bytes()));
        var ran = shell().run("agent", "list");
        assertThat(ran.exit()).isEqualTo(Exit.DENIED);
        assertThat(ran.err()).contains("next: see why: writ decision explain dec_01k00000000000000000000dec");
        var json = shell().run("agent", "list", "-o", "json");
        assertThat(json.out()).isEmpty();
        assertThat(json.err()).contains("\"decision\":\"dec_01k00000000000000000000dec\"");
    }

    @Test
    void anUnknownKeyIsAFailureAndNoDenial() {
        var ran = shell().with("WRIT_KEY", "writ_person_other").run("status");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("no such key").contains("writ login").doesNotContain("writ_person_other");
    }

    @Test
    void aServerThatIsNotThereIsSix() {
        var gone = server.url();
        server.close();
        var ran = shell().with("WRIT_URL", gone).run("agent", "list");
        assertThat(ran.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(ran.err()).contains(gone + " cannot be reached").contains("next: start the server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>hello</html>", "[]", "{\"a\":1,\"a\":2}", "{"})
    void anAnswerThatIsNotOursIsSaidSo(String body) {
        server.when("GET /status", Answer.text(200, body));
        var ran = shell().run("status");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).contains("answered something that is not Writ's");
    }

    @Test
    void aStrangersErrorPageIsNotShown() {
        server.when(
                "GET /status",
                Answer.of(
                        404,
                        "text/html",
                        "<h1>\u001b[31mNot Found</h1>".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        var ran = shell().run("status");
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err())
                .contains("check that " + server.url() + " is a Writ server")
                .doesNotContain("Not Found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../tasks", "a/b", "a?b", "a b", "..", "a%2e", "\u202ebot", ""})
    void aNameCannotLeaveItsPlaceInThePath(String name) {
        var ran = shell().run("agent", "show", name);
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(server.requests()).isEmpty();
        assertHarmless(ran);
    }

    @Test
    void hostileTextFromTheServerReachesNoTerminalRaw() {
        var evil = "bot\u001b[2J\u202e\u200bgood\u0007\u009b31m\udb40\udc41";
        var agent = Json.object()
                .put("kind", "Agent")
                .put("metadata", Json.object().put("name", evil).build())
                .put(
                        "spec",
                        Json.object()
                                .put("owner", evil)
                                .put("purpose", "a\nb\r\tc" + evil)
                                .build())
                .put("status", Json.object().put("status", evil).build())
                .put(evil, evil)
                .build();
        server.things.put("agents", new java.util.LinkedHashMap<>(java.util.Map.of("bot", agent)));
        for (var format : new String[] {"table", "json", "jsonl", "yaml"})
            for (var line : new String[] {"agent list", "agent show bot"}) {
                var ran = shell().run((line + " -o " + format).split(" "));
                assertThat(ran.exit()).isZero();
                assertThat(ran.out()).contains("bot");
                assertHarmless(ran);
            }
    }

    @Test
    void hostileTextInAProblemReachesNoTerminalRaw() {
        server.when("GET /status", Answer.problem(409, "a\u001b]0;title\u0007", "b\u202e\nc"));
        for (var format : new String[] {"table", "json"}) {
            var ran = shell().run("status", "-o", format);
            assertThat(ran.exit()).isEqualTo(Exit.CONFLICT);
            assertHarmless(ran);
        }
    }

    @Test
    void jsonKeepsWhatItEscapes() {
        server.has(
                "agents", "bot", "{\"metadata\":{\"name\":\"bot\"},\"spec\":{\"purpose\":\"a\\u202eb\"},\"n\":1.50}");
        var ran = shell().run("agent", "show", "bot", "-o", "jsonl");
        assertThat(ran.out()).contains("a\\u202eb").contains("1.50");
        assertThat(dev.writ.base.JsonReader.read(ran.out().strip())).isEqualTo(server.thing("agents", "bot"));
    }

    @Test
    void colourIsOnlyOnATerminalThatWantsIt() {
        server.has("agents", "bot", "{\"metadata\":{\"name\":\"bot\"},\"status\":{\"status\":\"active\"}}");
        assertThat(shell().run("agent", "list").out()).doesNotContain("\u001b");
        assertThat(shell().typing("").run("agent", "list").out()).contains("\u001b[32mactive\u001b[0m");
        assertThat(shell().typing("").with("NO_COLOR", "1").run("agent", "list").out())
                .doesNotContain("\u001b");
        assertThat(shell().typing("").with("TERM", "dumb").run("agent", "list").out())
                .doesNotContain("\u001b");
    }

    /** Nothing but printable characters and line breaks. */
    static void assertHarmless(Shell.Ran ran) {
        for (var text : new String[] {ran.out(), ran.err()})
            assertThat(text.codePoints()
                            .filter(c -> c != '\n' && dev.writ.base.Visible.hidden(c))
                            .toArray())
                    .as(Arrays.toString(text.split("\n")))
                    .isEmpty();
    }
}
