package dev.writ.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.http.client.Call;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/tls.md does what it says. */
class TlsPageTest {
    @TempDir
    private Path home;

    private String page() throws IOException {
        return Files.readString(Path.of("docs/tls.md")).replace("/etc/writ", home.toString());
    }

    private static void sh(String commands) throws Exception {
        var ran = new ProcessBuilder("sh", "-ec", commands)
                .redirectErrorStream(true)
                .start();
        var said = new String(ran.getInputStream().readAllBytes(), UTF_8);
        assertThat(ran.waitFor()).as(said).isZero();
    }

    private record Said(int code, String text) {}

    private static Said writ(String... words) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, UTF_8);
        return new Said(Main.run(words, print, print), out.toString(UTF_8));
    }

    @Test
    void thePairAndTheSettingsOfThePageAreEnoughAndWritFindsItsListener() throws Exception {
        var blocks = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
                .matcher(page())
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(blocks).hasSize(2);
        for (var block : blocks) sh(block);
        assertThat(home.resolve("bot.pem")).exists();
        var yaml = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page());
        assertThat(yaml.find()).isTrue();
        var config = Files.writeString(home.resolve("writ.yaml"), yaml.group(1));
        var data = home.resolve("data");
        var read = SettingsFile.read(config, Settings.of(data));
        assertThat(read.tls()).isPresent();
        assertThat(read.publicUrl().map(url -> url.getScheme())).isEqualTo(Optional.of("https"));
        // By the name of this machine, at a free port.
        var here = Settings.of(data).toBuilder().port(0).tls(read.tls().get()).build();
        try (var wiring = Wiring.start(here, InstantSource.system(), new SecureRandom())) {
            assertThat(wiring.url().getScheme()).isEqualTo("https");
            var status = writ("--data", data.toString(), "status");
            assertThat(status.code()).as(status.text()).isZero();
            var trust = certificates(read.tls().get().certificate());
            assertThat(doctor(wiring, trust)).contains("findings").doesNotContain("the listener's TLS");
            sh("mv " + home + "/writ.key " + home + "/away.key");
            awaitDoctor(wiring, trust, "is not there or cannot be read; the TLS certificate before stays in use");
        }
    }

    private static List<X509Certificate> certificates(Path file) throws Exception {
        try (var in = Files.newInputStream(file)) {
            return List.of(
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
    }

    private static String doctor(Wiring wiring, List<X509Certificate> trust) {
        var key = new OwnerFile(wiring.parts().settings().data().resolve("cli/owner.json")).key();
        var settings = dev.writ.http.client.Settings.to(Destinations.loopbackOnly());
        try (var client = HttpClient.start(settings.trusting(trust));
                var answer = client.send(Call.get(Url.parse(wiring.url() + "/api/v1/doctor"))
                        .header("authorization", "Bearer " + key.orElseThrow().reveal()))) {
            return new String(answer.body(1 << 20), UTF_8);
        }
    }

    private static void awaitDoctor(Wiring wiring, List<X509Certificate> trust, String finding) {
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        for (var said = doctor(wiring, trust); !said.contains(finding); said = doctor(wiring, trust)) {
            assertThat(System.nanoTime()).as(said).isLessThan(until);
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
    }

    @Test
    void aFaultInTheFilesStopsTheStartWithWhatToDoNext() throws Exception {
        sh(Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
                .matcher(page())
                .results()
                .findFirst()
                .orElseThrow()
                .group(1));
        var config = Files.writeString(
                home.resolve("writ.yaml"),
                "listen: {port: 0, tls: {certificate: " + home + "/writ.pem, key: " + home + "/writ.key}}");
        sh("chmod 644 " + home + "/writ.key");
        stops(config, "can be read by others than its owner", "chmod 600 it");
        sh("chmod 600 " + home + "/writ.key; cp -p " + home + "/agents-ca.key " + home + "/writ.key");
        stops(config, "is not that of", "one pair");
        sh("rm " + home + "/writ.key");
        stops(config, "is not there", "correct listen.tls");
    }

    private void stops(Path config, String why, String next) {
        var said = writ(
                "up",
                "--config",
                config.toString(),
                "--data",
                home.resolve("data").toString());
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.text()).contains(why).contains("Next: ").contains(next);
    }
}
