package dev.writ.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    private Path folder;

    /** A setting that differs from the default, what to write, and where it must arrive. */
    private record Example(String yaml, Function<Settings, Object> reading, Object wanted) {}

    private static final Map<String, Example> EXAMPLES = new LinkedHashMap<>(Map.ofEntries(
            Map.entry("data", new Example("data: /srv/writ", Settings::data, Path.of("/srv/writ"))),
            Map.entry("listen.address", new Example("listen: {address: 0.0.0.0}", Settings::address, "0.0.0.0")),
            Map.entry("listen.port", new Example("listen: {port: 7411}", Settings::port, 7411)),
            Map.entry(
                    "listen.hosts", new Example("listen: {hosts: [writ.corp]}", Settings::hosts, Set.of("writ.corp"))),
            Map.entry(
                    "listen.origins",
                    new Example("listen: {origins: ['https://a.corp']}", Settings::origins, Set.of("https://a.corp"))),
            Map.entry(
                    "installation", new Example("installation: writ.corp/eu", Settings::installation, "writ.corp/eu")),
            Map.entry("node", new Example("node: node-7", Settings::node, new Name("node-7"))),
            Map.entry("custody", new Example("custody: separate", Settings::custody, "separate")),
            Map.entry(
                    "servers.network",
                    new Example("servers: {network: public}", Settings::network, Settings.Network.PUBLIC)),
            Map.entry(
                    "servers.patienceSeconds",
                    new Example("servers: {patienceSeconds: 5}", Settings::patience, Duration.ofSeconds(5))),
            Map.entry("servers.path", new Example("servers: {path: /opt/bin}", Settings::path, "/opt/bin")),
            Map.entry(
                    "approvals.holdSeconds",
                    new Example("approvals: {holdSeconds: 3}", Settings::hold, Duration.ofSeconds(3))),
            Map.entry(
                    "evidence.refusalsPerSecond",
                    new Example("evidence: {refusalsPerSecond: 7}", Settings::refusalsPerSecond, 7)),
            Map.entry(
                    "evidence.refusalMegabytesPerDay",
                    new Example("evidence: {refusalMegabytesPerDay: 7}", Settings::refusalMegabytesPerDay, 7)),
            Map.entry(
                    "evidence.refusalWindowSeconds",
                    new Example("evidence: {refusalWindowSeconds: 7}", Settings::refusalWindow, Duration.ofSeconds(7))),
            Map.entry("limits.calls", new Example("limits: {calls: 7}", Settings::callsMax, 7)),
            Map.entry("limits.bodyMegabytes", new Example("limits: {bodyMegabytes: 7}", Settings::bodyMegabytesMax, 7)),
            Map.entry(
                    "limits.tenantPercent", new Example("limits: {tenantPercent: 50}", Settings::tenantPercent, 50))));

    private Settings read(String yaml) {
        try {
            var file = folder.resolve("writ.yaml");
            Files.writeString(file, yaml);
            return SettingsFile.read(file, Settings.of(Path.of("d")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void everySettingIsTestedHere() {
        assertThat(EXAMPLES.keySet()).isEqualTo(SettingsFile.KEYS.keySet());
        // And every component of the record can be set.
        assertThat(SettingsFile.KEYS).hasSize(Settings.class.getRecordComponents().length);
    }

    @Test
    void everySettingArrivesAndChangesNothingElse() {
        var defaults = Settings.of(Path.of("d"));
        EXAMPLES.forEach((key, example) -> {
            var settings = read(example.yaml());
            assertThat(example.reading().apply(defaults)).as(key).isNotEqualTo(example.wanted());
            assertThat(example.reading().apply(settings)).as(key).isEqualTo(example.wanted());
            EXAMPLES.forEach((other, untouched) -> {
                if (!other.equals(key))
                    assertThat(untouched.reading().apply(settings))
                            .as(other + " beside " + key)
                            .isEqualTo(untouched.reading().apply(defaults));
            });
        });
    }

    @Test
    void anEmptyFileChangesNothing() {
        assertThat(read("# nothing\n")).isEqualTo(Settings.of(Path.of("d")));
    }

    @Test
    void anUnknownSettingStopsTheStartAndNamesTheNearestOne() {
        for (var example : List.of(
                List.of("listen: {prot: 1}", "did you mean listen.port?"),
                List.of("listem: {port: 1}", "did you mean listen?"),
                List.of("custodi: separate", "did you mean custody?")))
            assertThatThrownBy(() -> read(example.getFirst()))
                    .isInstanceOfSatisfying(StartFailure.class, failure -> assertThat(failure.next())
                            .isEqualTo(example.getLast()));
        assertThatThrownBy(() -> read("completely-else: 1"))
                .isInstanceOfSatisfying(StartFailure.class, failure -> assertThat(failure.next())
                        .contains("listen.port"));
    }

    @Test
    void valuesThatCannotBeMeantStopTheStart() {
        for (var yaml : List.of(
                "listen: {port: 70000}",
                "listen: {port: '7400'}",
                "listen: {port: 1.5}",
                "listen: {hosts: writ.corp}",
                "listen: {hosts: [1]}",
                "listen: 7400",
                "custody: mine",
                "node: Node One",
                "installation: 'https://x'",
                "servers: {network: all}",
                "servers: {patienceSeconds: 0}",
                "approvals: {holdSeconds: 601}",
                "evidence: {refusalsPerSecond: 0}",
                "evidence: {refusalMegabytesPerDay: -1}",
                "evidence: {refusalWindowSeconds: 3601}",
                "limits: {calls: 0}",
                "limits: {bodyMegabytes: 0}",
                "limits: {tenantPercent: 101}",
                "data:",
                "- a list",
                "a: &a [*a]",
                "node: a\nnode: b",
                "{",
                "!!java.lang.Runtime {}"))
            assertThatThrownBy(() -> read(yaml)).as(yaml).isInstanceOf(StartFailure.class);
    }
}
