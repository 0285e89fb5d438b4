package dev.writ.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that people have, as they are; and the ones that somebody made to do harm. */
class ImporterTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("TOKEN", "t0ken", "HOST", "api.example", "NESTED", "${TOKEN}", "SPY", "a\u0007b");

    private static Imported read(String text) {
        return new Importer(name -> Optional.ofNullable(ENVIRONMENT.get(name))).read("mcp.json", text.getBytes(UTF_8));
    }

    private static String warnings(Imported imported) {
        return imported.warnings().toString();
    }

    private static Imported.Server only(Imported imported) {
        assertThat(imported.servers()).hasSize(1);
        return imported.servers().getFirst();
    }

    @Test
    void claudesFileGivesServersAndLiftsEveryHeaderAndVariable() {
        var imported = read("""
                {"mcpServers":{
                  "gh":{"type":"http","url":"https://api.example.com/mcp","headers":{"Authorization":"Bearer ${TOKEN}","X-Org":"acme"},
                        "oauth":{"clientId":"abc"},"headersHelper":"./x.sh","timeout":600000},
                  "fs":{"command":"npx","args":["-y","@scope/fs","/data; rm -rf $(HOME)"],"env":{"K":"v","PORT":8080},"cwd":"/srv"}}}
                """);
        assertThat(imported.format()).isEqualTo(Imported.Format.MCP_SERVERS);
        var gh = imported.servers().getFirst();
        assertThat(gh.resource())
                .isEqualTo(
                        JsonReader.read(
                                "{\"apiVersion\":\"writ.dev/v1\",\"kind\":\"Server\",\"metadata\":{\"name\":\"gh\"},\"spec\":{"
                                        + "\"transport\":{\"kind\":\"http\",\"url\":\"https://api.example.com/mcp\"},\"trust\":0,\"credentials\":["
                                        + "{\"secret\":\"gh-authorization\",\"header\":\"Authorization\"},{\"secret\":\"gh-x-org\",\"header\":\"X-Org\"}]}}"));
        assertThat(gh.secrets().getFirst().value()).contains(Secret.of("Bearer t0ken"));
        var fs = imported.servers().getLast();
        assertThat(fs.transport())
                .isEqualTo(
                        JsonReader.read(
                                "{\"kind\":\"stdio\",\"command\":\"npx\",\"arguments\":[\"-y\",\"@scope/fs\","
                                        + "\"/data; rm -rf $(HOME)\"],\"environment\":[\"K\",\"PORT\"],\"directory\":\"/srv\"}"));
        assertThat(fs.secrets())
                .extracting(Imported.Lifted::from)
                .containsExactly("mcpServers.fs.env.K", "mcpServers.fs.env.PORT");
        assertThat(fs.secrets().getLast().value()).contains(Secret.of("8080"));
        assertThat(imported.variables()).containsExactly("TOKEN");
        assertThat(warnings(imported))
                .contains("sign-in at the server")
                .contains("a program that makes headers")
                .contains("timeout");
    }

    @Test
    void noResourceHoldsAValueThatWasLifted() {
        var imported = read("{\"mcpServers\":{\"a\":{\"url\":\"https://a.example\",\"headers\":{\"X\":\"s3cret\"}}}}");
        assertThat(only(imported).resource().text()).doesNotContain("s3cret");
        assertThat(imported.toString()).doesNotContain("s3cret");
    }

    @Test
    void vsCodesFileIsReadWithCommentsAndInputsStayOpen() {
        var imported = read("""
                { // mine
                  "inputs":[{"type":"promptString","id":"tok","password":true},],
                  "servers":{"gh":{"type":"http","url":"https://gh.example/mcp","headers":{"Authorization":"Bearer ${input:tok}"}},
                    "fs":{"type":"stdio","command":"npx","args":["-y","fs"],"envFile":"${workspaceFolder}/.env"},},
                }
                """);
        assertThat(imported.format()).isEqualTo(Imported.Format.VSCODE);
        assertThat(imported.servers().getFirst().secrets().getFirst().value()).isEmpty();
        assertThat(warnings(imported))
                .contains("${input:tok}")
                .contains("writ secret put gh-authorization")
                .contains("envFile");
    }

    @ParameterizedTest
    @CsvSource({"http, true", "streamable-http, true", "streamableHttp, true", "sse, false", "ws, false"})
    void theTypeSaysWhetherTheTransportIsOurs(String type, boolean ours) {
        var imported = read("{\"mcpServers\":{\"a\":{\"type\":\"" + type + "\",\"url\":\"https://a.example/mcp\"}}}");
        assertThat(imported.servers()).hasSize(ours ? 1 : 0);
        if (!ours) assertThat(warnings(imported)).contains("left out: the transport " + type);
    }

    @Test
    void variablesAreFilledInOnceAndOnlyWithWhatTheyAre() {
        var imported = read(
                "{\"mcpServers\":{\"a\":{\"url\":\"https://${HOST}/${PATH_:-mcp}\",\"headers\":{\"X\":\"${NESTED}\",\"Y\":\"${env:TOKEN}\",\"Z\":\"$TOKEN ${NO}\"}}}}");
        var a = only(imported);
        assertThat(a.transport().string("url")).contains("https://api.example/mcp");
        assertThat(a.secrets())
                .extracting(s -> s.value().map(Secret::reveal).orElse("none"))
                .containsExactly("${TOKEN}", "t0ken", "none");
        assertThat(imported.variables()).containsExactly("HOST", "NESTED", "TOKEN");
    }

    @Test
    void anAddressOrWordWithAnOpenVariableLeavesTheServerOut() {
        var imported = read(
                "{\"mcpServers\":{\"a\":{\"url\":\"https://${NO}/\"},\"b\":{\"command\":\"x\",\"args\":[\"${workspaceFolder}\"]},\"c\":{\"command\":\"x\",\"cwd\":\"${NO}\"}}}");
        assertThat(imported.servers()).isEmpty();
        assertThat(warnings(imported)).contains("${NO} has no value").contains("${workspaceFolder} has no value");
        assertThatThrownBy(() -> read("{\"mcpServers\":{\"b\":{\"command\":\"x\",\"args\":[\"${SPY}\"]}}}"))
                .isInstanceOf(ImportError.class)
                .hasMessageContaining("hidden characters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GitHub | github",
                "my server! | my-server",
                "a__b | a_b",
                "ümlaut-x | mlaut-x",
                "_x_ | x",
                "-_.a | a"
            })
    void aNameIsFittedAndThatIsSaid(String given, String name) {
        var imported = read("{\"mcpServers\":{\"" + given + "\":{\"command\":\"x\"}}}");
        assertThat(only(imported).name().text()).isEqualTo(name);
        assertThat(warnings(imported)).contains("the name \"" + given + "\" becomes " + name);
    }

    @Test
    void namesThatBecomeTheSameStayDifferent() {
        var imported = read("{\"mcpServers\":{\"github\":{\"command\":\"x\"},\"GitHub\":{\"command\":\"y\"},\""
                + "n".repeat(90) + "\":{\"command\":\"z\",\"env\":{\"" + "V".repeat(100) + "\":\"1\",\""
                + "V".repeat(101) + "\":\"2\"}}}}");
        assertThat(imported.servers())
                .extracting(s -> s.name().text())
                .containsExactly("github", "github-2", "n".repeat(40));
        assertThat(imported.secrets())
                .extracting(Imported.Lifted::name)
                .doesNotHaveDuplicates()
                .hasSize(2);
    }

    @Test
    void aDisabledServerIsLeftOutAndWhatLooksSecretIsSaid() {
        var imported = read(
                "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"disabled\":true},\"b\":{\"command\":\"my tool\",\"args\":[\"--api-key=abc\"]},\"c\":{\"url\":\"https://c.example/?token=abc\"}}}");
        assertThat(imported.servers()).hasSize(2);
        assertThat(warnings(imported))
                .contains("it is disabled")
                .contains("no shell splits it")
                .contains("an argument looks like a secret")
                .contains("the address carries");
    }

    @Test
    void serverJsonPrefersTheRemoteAddress() {
        var imported = read("""
                {"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":"com.example/acme","version":"2.0.0",
                 "packages":[{"registryType":"npm","identifier":"@acme/mcp","version":"2.0.0","transport":{"type":"stdio"}}],
                 "remotes":[{"type":"sse","url":"https://acme.example/sse"},
                   {"type":"streamable-http","url":"https://{region}.acme.example/mcp","variables":{"region":{"default":"eu"}},
                    "headers":[{"name":"X-Key","isSecret":true},{"name":"X-Opt"},{"name":"X-V","value":"Bearer {tok}","variables":{"tok":{"isSecret":true}}}]}]}
                """);
        assertThat(imported.format()).isEqualTo(Imported.Format.SERVER_JSON);
        var acme = only(imported);
        assertThat(acme.name().text()).isEqualTo("acme");
        assertThat(acme.transport().string("url")).contains("https://eu.acme.example/mcp");
        assertThat(acme.secrets()).extracting(Imported.Lifted::header).containsExactly("X-Key", "X-V");
        assertThat(acme.secrets()).allMatch(s -> s.value().isEmpty());
        assertThat(warnings(imported))
                .contains("its packages are not taken over")
                .contains("writ secret put acme-x-key");
    }

    @Test
    void serverJsonsPackageBecomesACommand() {
        var imported = read("""
                {"server":{"name":"io.example/files","packages":[{"registry_type":"npm","identifier":"@x/files","version":"1.2.3","transport":{"type":"stdio"},
                  "package_arguments":[{"type":"positional","value":"/data"},{"type":"named","name":"--mode","default":"ro"},{"type":"positional","value_hint":"more"}],
                  "environment_variables":[{"name":"API_KEY","is_required":true,"is_secret":true},{"name":"LEVEL","default":"info"},{"name":"OPT"}]}]}}
                """);
        var files = only(imported);
        assertThat(files.transport().strings("arguments"))
                .containsExactly("-y", "@x/files@1.2.3", "/data", "--mode", "ro");
        assertThat(files.transport().strings("environment")).containsExactly("API_KEY", "LEVEL");
        assertThat(files.secrets()).extracting(s -> s.value().isPresent()).containsExactly(false, true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pypi | a-b | 1.0 | uvx a-b==1.0",
                "oci | docker.io/a/b | 1.0 | docker run -i --rm docker.io/a/b:1.0",
                "nuget | A.B | 1.0 | dnx A.B@1.0 --yes",
            })
    void eachKindOfPackageHasItsRunner(String type, String identifier, String version, String words) {
        var imported = read("{\"name\":\"x/y\",\"packages\":[{\"registryType\":\"" + type + "\",\"identifier\":\""
                + identifier + "\",\"version\":\"" + version + "\"}]}");
        var transport = only(imported).transport();
        assertThat(transport.string("command").orElseThrow() + " " + String.join(" ", transport.strings("arguments")))
                .isEqualTo(words);
    }

    @Test
    void aStrangersFileReadsNothingOfTheEnvironment() {
        var imported = read(
                "{\"name\":\"x/y\",\"remotes\":[{\"type\":\"streamable-http\",\"url\":\"https://evil.example/mcp\",\"headers\":[{\"name\":\"X\",\"value\":\"${TOKEN}\"}]}]}");
        assertThat(imported.variables()).isEmpty();
        assertThat(only(imported).secrets().getFirst().value()).isEmpty();
    }

    @Test
    void packagesThatWeCannotRunAreLeftOut() {
        for (var item : new String[] {
            "{\"registryType\":\"mcpb\",\"identifier\":\"https://x/y.mcpb\"}",
            "{\"registryType\":\"npm\",\"identifier\":\"a\",\"transport\":{\"type\":\"streamable-http\"}}",
            "{\"registryType\":\"npm\",\"identifier\":\"a\",\"packageArguments\":[{\"type\":\"positional\",\"isRequired\":true}]}"
        }) {
            var imported = read("{\"name\":\"x/y\",\"packages\":[" + item + "]}");
            assertThat(imported.servers()).isEmpty();
            assertThat(imported.warnings()).isNotEmpty();
        }
        assertThatThrownBy(() -> read(
                        "{\"name\":\"x/y\",\"packages\":[{\"registryType\":\"npm\",\"identifier\":\"--eval=x\"}]}"))
                .isInstanceOf(ImportError.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | MALFORMED | mcp.json:1:2",
                "'{#  \"a\": 1,#  \"a\": 2}' | MALFORMED | mcp.json:3:3",
                "[] | WRONG_VALUE | mcp.json",
                "{} | UNKNOWN_FORMAT | mcp.json",
                "{\"mcpServers\":{},\"servers\":{}} | UNKNOWN_FORMAT | mcp.json",
                "{\"mcpServers\":[]} | WRONG_VALUE | mcp.json, mcpServers",
                "{\"mcpServers\":{\"a\":1}} | WRONG_VALUE | mcp.json, mcpServers.a",
                "{\"mcpServers\":{\"a\":{}}} | WRONG_VALUE | mcp.json, mcpServers.a",
                "{\"mcpServers\":{\"a\":{\"url\":\"https://a\",\"command\":\"b\"}}} | WRONG_VALUE | mcp.json, mcpServers.a",
                "{\"mcpServers\":{\"a b\":{\"url\":5}}} | WRONG_VALUE | mcp.json, mcpServers[\"a b\"].url",
                "{\"mcpServers\":{\"a\":{\"url\":\"file:///etc/passwd\"}}} | WRONG_VALUE | mcp.json, mcpServers.a.url",
                "{\"mcpServers\":{\"a\":{\"url\":\"https://u:p@a.example\"}}} | WRONG_VALUE | mcp.json, mcpServers.a.url",
                "{\"mcpServers\":{\"a\":{\"url\":\"https://a b\"}}} | WRONG_VALUE | mcp.json, mcpServers.a.url",
                "{\"mcpServers\":{\"a\":{\"type\":\"carrier-pigeon\",\"url\":\"https://a\"}}} | WRONG_VALUE | mcp.json, mcpServers.a.type",
                "{\"mcpServers\":{\"a\":{\"type\":\"stdio\",\"url\":\"https://a\"}}} | WRONG_VALUE | mcp.json, mcpServers.a.type",
                "{\"mcpServers\":{\"a\":{\"command\":\" \"}}} | WRONG_VALUE | mcp.json, mcpServers.a.command",
                "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"args\":\"-y\"}}} | WRONG_VALUE | mcp.json, mcpServers.a.args",
                "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"args\":[1]}}} | WRONG_VALUE | mcp.json, mcpServers.a.args[0]",
                "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"env\":{\"A=B\":\"1\"}}}} | WRONG_VALUE | mcp.json, mcpServers.a.env[\"A=B\"]",
                "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"env\":{\"A\":[]}}}} | WRONG_VALUE | mcp.json, mcpServers.a.env.A",
                "{\"mcpServers\":{\"a\":{\"url\":\"https://a\",\"headers\":{\"X: y\":\"1\"}}}} | WRONG_VALUE | mcp.json, mcpServers.a.headers[\"X: y\"]",
                "{\"mcpServers\":{\"a\\u200b\":{\"command\":\"x\"}}} | HIDDEN_TEXT | mcp.json, mcpServers[\"a\\u{200b}\"]",
                "{\"mcpServers\":{\"a\":{\"command\":\"x\\u202e\"}}} | HIDDEN_TEXT | mcp.json, mcpServers.a.command",
                "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"args\":[\"a\\u0000\"]}}} | HIDDEN_TEXT | mcp.json, mcpServers.a.args[0]",
                "{\"mcpServers\":{\"!!\":{\"command\":\"x\"}}} | WRONG_VALUE | mcp.json, mcpServers[\"!!\"]",
                "{\"name\":\"x/y\",\"packages\":[]} | WRONG_VALUE | mcp.json",
            })
    void aHostileOrBrokenFileIsRefusedWithItsPlace(String text, ImportError.Code code, String place) {
        assertThatThrownBy(() -> read(text.replace('#', '\n'))).isInstanceOfSatisfying(ImportError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.place()).isEqualTo(place);
            assertThat(error.next()).isNotBlank();
        });
    }

    @Test
    void hugeAndDeepFilesAreRefused() {
        assertThatThrownBy(() -> read(" ".repeat(Importer.FILE_BYTES_MAX + 1))).isInstanceOf(ImportError.class);
        assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(ImportError.class);
        var many = new StringBuilder("{\"mcpServers\":{");
        for (int i = 0; i < 501; i++)
            many.append(i == 0 ? "" : ",").append("\"s").append(i).append("\":{\"command\":\"x\"}");
        assertThatThrownBy(() -> read(many + "}}"))
                .isInstanceOf(ImportError.class)
                .hasMessageContaining("more than");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/*", "{/*", "\"", "{\"a", "{\"\\", ",]", "[,]", "[1,,]", "{,}", "/", "//"})
    void halfAFileIsMalformedAndNoCrash(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOfSatisfying(ImportError.class, e -> assertThat(e.code())
                .isEqualTo(ImportError.Code.MALFORMED));
    }

    @Test
    void randomDamageNeverEndsInAnythingButAResultOrARefusal() {
        var good =
                "{\"mcpServers\":{\"gh\":{\"type\":\"http\",\"url\":\"https://a.example/mcp\",\"headers\":{\"A\":\"${TOKEN}\"}}, // c\n\"fs\":{\"command\":\"npx\",\"args\":[\"-y\"],\"env\":{\"K\":\"v\"}}}}";
        var random = new Random(11);
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            var bytes = good.getBytes(UTF_8);
            for (int j = random.nextInt(3); j >= 0; j--)
                bytes[random.nextInt(bytes.length)] = (byte) "{}[]\",:/*\\ \n${}a0\u0000".charAt(random.nextInt(18));
            try {
                var imported = new Importer(_ -> Optional.empty()).read("f", bytes);
                for (var server : imported.servers())
                    assertThat(server.resource().get("spec")).isPresent();
                taken++;
            } catch (ImportError refused) {
                assertThat(refused.place()).startsWith("f");
            }
        }
        assertThat(taken).isBetween(1, 19_999);
    }

    @Test
    void theStarterPolicyPermitsNothing() {
        var text = StarterPolicy.text(new dev.writ.base.Name("shop"), "x\npermit (principal, action, resource);");
        assertThat(text.lines()).allMatch(line -> line.isEmpty() || line.startsWith("//"));
        assertThat(StarterPolicy.fileName(new dev.writ.base.Name("shop"))).isEqualTo("shop.cedar");
    }

    @Test
    void jsonWithCommentsKeepsEveryBytesPlace() {
        var text = "{ // é\n \"a\": [1, /* \" */ 2,], \"b\": \"// no ,]\", }".getBytes(UTF_8);
        assertThat(Jsonc.plain(text)).hasSameSizeAs(text);
        assertThat(Jsonc.read(text))
                .isEqualTo(Json.object()
                        .put("a", JsonReader.read("[1,2]"))
                        .put("b", "// no ,]")
                        .build());
    }
}
