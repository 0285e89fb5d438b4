package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.app.Settings;
import dev.writ.app.Wiring;
import dev.writ.cli.Cli;
import dev.writ.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what the README tells a newcomer to do, word for word, with a real MCP server from npm. Its first two commands
 * build and test the product and are what runs this.
 */
@Tag("extended")
class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("```(sh|cedar)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern INLINE = Pattern.compile("`\\./writ (can [^`]*)`");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @TempDir
    private Path home;

    private record Said(int code, String out, String err) {}

    @Test
    void theStepsWithOnesOwnServerWorkAsTheyStand() throws IOException {
        var readme = Files.readString(Path.of("README.md"));
        var files = Files.createDirectories(home.resolve("files"));
        Files.writeString(home.resolve(".mcp.json"), mcpJson(files));
        var data = home.resolve("writ-data");
        // ./writ up, in this process and on a free port
        try (var _ = Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())) {
            var steps = commands(readme);
            assertThat(steps).hasSizeGreaterThanOrEqualTo(6);
            for (var step : steps) {
                if (step.startsWith("policy publish"))
                    Files.writeString(data.resolve("policies/default/filesystem.cedar"), block(readme, "cedar"));
                var said = run(step);
                assertThat(said.code()).as("%s: %s", step, said.err()).isZero();
            }
            assertThat(Files.readString(home.resolve(".mcp.json")))
                    .contains("writ-filesystem")
                    .contains("writ_agent_");
            assertThat(run("decision tail").out()).contains("server:approve");
            var asked = INLINE.matcher(readme);
            assertThat(asked.find()).isTrue();
            assertThat(run(asked.group(1)).out()).startsWith("ALLOWED");
            assertThat(run("evidence verify writ-data").out()).contains("verified");
        }
    }

    /** The commands of the block that imports, without those that start servers. */
    private static List<String> commands(String readme) {
        var block = Stream.of(blocks(readme, "sh"))
                .filter(text -> text.contains("import .mcp.json"))
                .findFirst()
                .orElseThrow();
        return block.lines()
                .map(line -> line.replaceAll("\\s+#.*", "").strip())
                .filter(line -> line.startsWith("./writ "))
                .map(line -> line.substring("./writ ".length()))
                .toList();
    }

    private static String block(String readme, String language) {
        return blocks(readme, language)[0];
    }

    private static String[] blocks(String readme, String language) {
        return BLOCK.matcher(readme)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toArray(String[]::new);
    }

    private Said run(String command) {
        var words = new ArrayList<String>();
        for (var word = WORD.matcher(command); word.find(); )
            words.add(Optional.ofNullable(word.group(1)).orElse(word.group(2)));
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                false,
                _ -> Optional.empty(),
                Map.of("HOME", home.toString(), "NO_COLOR", "1"),
                home);
        int code = Cli.run(words.toArray(String[]::new), terminal);
        return new Said(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    private static String mcpJson(Path files) {
        var server = NodePeers.folder().resolve("node_modules/@modelcontextprotocol/server-filesystem/dist/index.js");
        return "{\"mcpServers\":{\"filesystem\":{\"command\":\"" + NodePeers.node() + "\",\"args\":[\"" + server
                + "\",\"" + files + "\"],\"env\":{\"TOKEN\":\"canary\"}}}}\n";
    }
}
