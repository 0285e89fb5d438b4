package dev.writ.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import dev.writ.http.server.TlsFiles;
import dev.writ.ledger.verify.VerifierKey;
import dev.writ.witness.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    private Path folder;

    /** A setting that differs from the default, what to write, and where it must arrive. */
    private record Example(String yaml, Function<Settings, Object> reading, Object wanted) {}

    private static final String DB = "jdbc:postgresql://db.corp:5432/writ?user=writ";
    private static final String LOG_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private static final String VKEY = cosigning();

    /** The specification's example of a key, as one for cosignatures. */
    private static String cosigning() {
        var raw = java.util.Base64.getDecoder().decode(LOG_VKEY.substring(LOG_VKEY.lastIndexOf('+') + 1));
        raw[0] = 4;
        var id = dev.writ.base.Digest.of("example.com/foo\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), raw)
                .toString()
                .substring(0, 8);
        return "example.com/foo+" + id + "+" + java.util.Base64.getEncoder().encodeToString(raw);
    }

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
                    "public_url",
                    new Example(
                            "public_url: https://writ.corp",
                            Settings::publicUrl,
                            Optional.of(java.net.URI.create("https://writ.corp")))),
            Map.entry(
                    "listen.tls",
                    new Example(
                            "listen: {tls: {certificate: /c.pem, key: /k.pem, clientAuthorities: /a.pem}}",
                            Settings::tls,
                            Optional.of(new TlsFiles(
                                    Path.of("/c.pem"), Path.of("/k.pem"), Optional.of(Path.of("/a.pem")))))),
            Map.entry(
                    "installation", new Example("installation: writ.corp/eu", Settings::installation, "writ.corp/eu")),
            Map.entry("node", new Example("node: node-7", Settings::node, new Name("node-7"))),
            Map.entry("custody", new Example("custody: separate", Settings::custody, "separate")),
            Map.entry(
                    "servers.network",
                    new Example("servers: {network: public}", Settings::network, Settings.Network.PUBLIC)),
            Map.entry(
                    "oauth.metadataNetwork",
                    new Example(
                            "oauth: {metadataNetwork: loopback}",
                            Settings::metadataNetwork,
                            Settings.Network.LOOPBACK)),
            Map.entry(
                    "servers.patienceSeconds",
                    new Example("servers: {patienceSeconds: 5}", Settings::patience, Duration.ofSeconds(5))),
            Map.entry("servers.path", new Example("servers: {path: /opt/bin}", Settings::path, "/opt/bin")),
            Map.entry(
                    "approvals.holdSeconds",
                    new Example("approvals: {holdSeconds: 3}", Settings::hold, Duration.ofSeconds(3))),
            Map.entry("db.url", new Example("db: {url: '" + DB + "'}", Settings::db, Optional.of(DB))),
            Map.entry(
                    "db.passwordFile",
                    new Example(
                            "db: {passwordFile: /run/secrets/db}",
                            Settings::dbPasswordFile,
                            Optional.of(Path.of("/run/secrets/db")))),
            Map.entry(
                    "witnesses",
                    new Example(
                            "witnesses: [{url: 'https://w1.example/', vkey: " + VKEY + "}]",
                            Settings::witnesses,
                            List.of(new Peer("https://w1.example", List.of(VerifierKey.parse(VKEY)))))),
            Map.entry("witness.quorum", new Example("witness: {quorum: 2}", Settings::witnessQuorum, 2)),
            Map.entry(
                    "witness.lagSeconds",
                    new Example("witness: {lagSeconds: 7}", Settings::witnessLag, Duration.ofSeconds(7))),
            Map.entry("witness.lagRecords", new Example("witness: {lagRecords: 9}", Settings::witnessLagRecords, 9L)),
            Map.entry(
                    "keys.pkcs11",
                    new Example(
                            "keys: {pkcs11: {library: /usr/lib/t.so, token: w, pinFile: /run/pin, patienceSeconds: 3}}",
                            Settings::keys,
                            Optional.of(new Pkcs11(
                                    Path.of("/usr/lib/t.so"),
                                    "w",
                                    Optional.of(Path.of("/run/pin")),
                                    Duration.ofSeconds(3))))),
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
    void aDatabaseMayBeItsAddressAlone() {
        assertThat(read("db: " + DB)).isEqualTo(read("db: {url: '" + DB + "'}"));
    }

    @Test
    void aPasswordInTheDatabasesAddressIsRefusedAndNotRepeated() {
        for (var url : List.of(
                DB + "&password=hunter2",
                DB + "&PASSWORD=hunter2",
                DB + "&sslpassword=hunter2",
                "jdbc:postgresql://writ:hunter2@db.corp/writ",
                "jdbc:postgresql://db.corp/writ;password=hunter2",
                "jdbc:postgresql:password=hunter2"))
            assertThatThrownBy(() -> read("db: '" + url + "'"))
                    .as(url)
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("must not stand in the database's address")
                    .hasMessageNotContaining("hunter2");
    }

    @Test
    void valuesThatCannotBeMeantStopTheStart() {
        for (var yaml : List.of(
                "listen: {port: 70000}",
                "listen: {port: '7400'}",
                "listen: {port: 1.5}",
                "listen: {hosts: writ.corp}",
                "listen: {hosts: [1]}",
                "listen: {hosts: [\"\\x",
                "listen: 7400",
                "listen: {tls: /c.pem}",
                "listen: {tls: {certificate: /c.pem}}",
                "listen: {tls: {certificate: /c.pem, key: 7}}",
                "listen: {tls: {certificate: /c.pem, key: /k.pem, clientAuthorities: }}",
                "listen: {tls: {certificate: /c.pem, key: /k.pem, ciphers: all}}",
                "{public_url: 'http://writ.corp', listen: {tls: {certificate: /c.pem, key: /k.pem}}}",
                "public_url: writ.corp",
                "public_url: https://writ.corp/",
                "public_url: https://user@writ.corp",
                "public_url: javascript://writ.corp",
                "custody: mine",
                "node: Node One",
                "installation: 'https://x'",
                "servers: {network: all}",
                "servers: {patienceSeconds: 0}",
                "approvals: {holdSeconds: 601}",
                "db: mysql://db/writ",
                "db: jdbc:postgresql://db/writ",
                "db: jdbc:postgresql:///writ?user=writ",
                "db: jdbc:postgresql://db/?user=writ",
                "db: jdbc:postgresql://db/writ?user=writ&socketFactory=java.lang.Runtime",
                "db: jdbc:postgresql://db/writ?user=writ&loggerFile=/tmp/x",
                "db: jdbc:postgresql://db/writ?user=writ&sslmode=prefer",
                "db: jdbc:postgresql://db/writ?user=writ&user=root",
                "db: jdbc:postgresql://db/writ?user=%zz",
                "db: jdbc:postgresql://db/writ%00?user=writ",
                "db: {passwordFile: 7}",
                "witness: {quorum: -1}",
                "witness: {lagSeconds: 86401}",
                "witnesses: {url: x}",
                "witnesses: [{url: 'https://w.example'}]",
                "witnesses: [{url: 'https://w.example', vkey: nonsense}]",
                "witnesses: [{url: 'w.example', vkey: " + VKEY + "}]",
                "witnesses: [{url: 'https://w.example', vkey: " + LOG_VKEY + "}]",
                "keys: {pkcs11: /usr/lib/t.so}",
                "keys: {pkcs11: {library: /usr/lib/t.so}}",
                "keys: {pkcs11: {library: t.so, token: w}}",
                "keys: {pkcs11: {library: /t.so, token: ''}}",
                "keys: {pkcs11: {library: /t.so, token: 123456789012345678901234567890123}}",
                "keys: {pkcs11: {library: /t.so, token: '123456789012345678901234567890123'}}",
                "keys: {pkcs11: {library: /t.so, token: w, pin: 1234}}",
                "keys: {pkcs11: {library: /t.so, token: w, pinFile: 1234}}",
                "keys: {pkcs11: {library: /t.so, token: w, patienceSeconds: 0}}",
                "keys: {pkcs11: {library: /t.so, token: w, patienceSeconds: 121}}",
                "keys: {pkcs11: {token: w}}",
                "keys: {file: x}",
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
