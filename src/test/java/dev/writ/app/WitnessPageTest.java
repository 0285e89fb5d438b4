package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.cli.Cli;
import dev.writ.cli.Terminal;
import dev.writ.ledger.verify.Trust;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/witness.md tells people to type and to write is run and read here. */
class WitnessPageTest {
    @TempDir
    Path folder;

    private static List<String> lines() throws IOException {
        return Files.readAllLines(Path.of("docs/witness.md"));
    }

    /** The lines of the code blocks that begin with some words. */
    private static List<String> commands(String words) throws IOException {
        return lines().stream().filter(line -> line.startsWith(words)).toList();
    }

    private record Ran(int exit, String out, String err) {}

    private static Ran ran(List<String> words, Map<String, String> environment) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                false,
                _ -> Optional.empty(),
                environment,
                Path.of(""));
        int exit = Cli.run(words.toArray(new String[0]), terminal);
        return new Ran(exit, out.toString(UTF_8), err.toString(UTF_8));
    }

    private static Ran program(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exit = Main.run(words, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Ran(exit, out.toString(UTF_8), err.toString(UTF_8));
    }

    private List<String> witnessKeys() throws IOException {
        var command = commands("writ witness trust")
                .getFirst()
                .replace("/srv/witness", folder.resolve("w").toString());
        var words = command.substring("writ ".length()).split(" ");
        var first = program(words);
        assertThat(first.exit).as(first.err).isZero();
        assertThat(program(words).out).as("the same keys again").isEqualTo(first.out);
        return first.out.lines().toList();
    }

    @Test
    void theWitnessPrintsItsTwoKeysAndRefusesWhatCannotBe() throws IOException {
        assertThat(witnessKeys()).hasSize(2).allMatch(key -> key.startsWith("witness.example/w1+"));
        assertThat(program("witness", "trust", "--data", folder + "/x", "--name", "Not A Name").exit)
                .isEqualTo(2);
        assertThat(program("witness", "trust").exit).isEqualTo(2);
        assertThat(program("witness").exit).isEqualTo(2);
        var missing = program(
                "witness",
                "--data",
                folder + "/y",
                "--name",
                "w",
                "--logs",
                folder + "/none",
                "--listen",
                "127.0.0.1:0");
        assertThat(missing.exit).isEqualTo(1);
        assertThat(missing.err).contains("known logs").contains("Next: ");
        assertThat(program("witness", "--data", folder + "/y", "--name", "w", "--logs", "x", "--listen", "nowhere")
                        .exit)
                .isEqualTo(2);
    }

    @Test
    void theSettingsOfThePageAreRead() throws IOException {
        var keys = witnessKeys();
        var all = lines();
        int from = all.indexOf("```yaml") + 1;
        var yaml = String.join(
                "\n", all.subList(from, from + all.subList(from, all.size()).indexOf("```")));
        yaml = yaml.replace("[witness.example/w1+…, witness.example/w1+…]", "[" + String.join(", ", keys) + "]");
        var file = folder.resolve("writ.yaml");
        Files.writeString(file, yaml);
        var settings = SettingsFile.read(file, Settings.of(folder));
        assertThat(settings.witnesses()).hasSize(1);
        assertThat(settings.witnessRule().witnesses().keys()).hasSize(2);
        var defaults = Settings.of(folder);
        assertThat(settings.witnessLag()).isEqualTo(defaults.witnessLag());
        assertThat(settings.witnessLagRecords()).isEqualTo(defaults.witnessLagRecords());
    }

    @Test
    void thePolicyAndTheKeyCommandsOfThePageWorkOnARunningWrit() throws IOException {
        var data = folder.resolve("data");
        try (var wiring = Wiring.start(Settings.of(data).withPort(0), InstantSource.system(), new SecureRandom())) {
            var before = wiring.parts().ledger().trust(Wiring.TENANT);
            var policy = new ArrayList<String>();
            var logKeys = before.lines().iterator();
            var keys = witnessKeys().iterator();
            for (var line : lines()) {
                if (line.startsWith("log ")) policy.add("log " + logKeys.next());
                if (line.startsWith("witness ")) policy.add(line.replaceAll("[^ ]+\\+…$", keys.next()));
                if (line.startsWith("group ") || line.startsWith("quorum ")) policy.add(line);
            }
            var trust = Trust.parse(String.join("\n", policy) + "\n");
            assertThat(trust.keys()).hasSize(2);
            assertThat(trust.witnesses().keys()).hasSize(2);
            assertThat(commands("writ key ")).hasSize(3);
            for (var command : commands("writ key ")) {
                var words = new ArrayList<>(List.of("--data", data.toString()));
                words.addAll(List.of(command.replaceAll(" >.*", "")
                        .substring("writ ".length())
                        .split(" ")));
                var ran = ran(words, Map.of("HOME", folder.toString()));
                assertThat(ran.exit).as(command + ran.err).isZero();
                assertThat(ran.out.lines()).hasSize(2).allMatch(key -> key.startsWith("writ.local/default/node-1+"));
                if (!command.contains("prepare"))
                    assertThat(wiring.parts().ledger().trust(Wiring.TENANT)).isEqualTo(ran.out);
            }
            var old = Files.writeString(folder.resolve("old.txt"), before);
            var verified = ran(
                    List.of("evidence", "verify", data.toString(), "--trust", old.toString()),
                    Map.of("HOME", folder.toString()));
            assertThat(verified.exit).as(verified.out).isZero();
        }
    }
}
