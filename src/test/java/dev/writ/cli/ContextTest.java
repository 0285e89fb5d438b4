package dev.writ.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which server and which key, and that a key goes nowhere else. */
class ContextTest {
    private final ContractServer server = new ContractServer();

    @TempDir
    Path folder;

    @BeforeEach
    void answer() {
        server.when("GET /status", "{\"version\":\"0.1.0\",\"tenant\":\"acme\"}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Path owner(Path data, String url, String key) throws IOException {
        var file = data.resolve("cli/owner.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{\"url\":\"" + url + "\",\"tenant\":\"acme\",\"key\":\"" + key + "\"}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return data;
    }

    @Test
    void withoutAnyKeyItSaysHowToGetOne() {
        var ran = Shell.in(folder).run("status");
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err())
                .contains("no key for http://127.0.0.1:7400")
                .contains("writ login")
                .contains("--data");
    }

    @Test
    void theDataFolderOfAServerOnThisMachineIsEnough() throws IOException {
        owner(folder.resolve("writ-data"), server.url(), ContractServer.KEY);
        assertThat(Shell.in(folder).run("status").exit()).isZero();
        owner(folder.resolve("elsewhere"), server.url(), ContractServer.KEY);
        Files.delete(folder.resolve("writ-data/cli/owner.json"));
        assertThat(Shell.in(folder).run("status").exit()).isEqualTo(Exit.USAGE);
        assertThat(Shell.in(folder).run("status", "--data", "elsewhere").exit()).isZero();
        assertThat(Shell.in(folder).with("WRIT_DATA", "elsewhere").run("status").exit())
                .isZero();
    }

    @Test
    void aNamedDataFolderWithoutAKeyIsNotPassedOver() throws IOException {
        owner(folder.resolve("writ-data"), server.url(), ContractServer.KEY);
        var ran = Shell.in(folder).run("status", "--data", "nowhere");
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).contains("cli/owner.json");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void loginKeepsTheKeyForItsOwnerAlone() throws IOException {
        var ran = Shell.in(folder).piping(ContractServer.KEY + "\n").run("login", "--url", server.url());
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.err())
                .contains("Logged in to " + server.url() + " (acme)")
                .doesNotContain(ContractServer.KEY);
        var file = folder.resolve("home/.config/writ/context.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(Shell.in(folder).run("status").exit()).isZero();
        assertThat(Shell.in(folder).run("login", "--forget").exit()).isZero();
        assertThat(file).doesNotExist();
    }

    @Test
    void loginWithAKeyThatDoesNotWorkKeepsNothing() {
        var ran = Shell.in(folder).piping("writ_person_wrong").run("login", "--url", server.url());
        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(folder.resolve("home/.config/writ/context.json")).doesNotExist();
    }

    @Test
    void loginAsksOnATerminalAndObeysXdg() {
        var shell =
                Shell.in(folder).with("XDG_CONFIG_HOME", folder.resolve("xdg").toString());
        assertThat(shell.typing(ContractServer.KEY)
                        .run("login", "--url", server.url())
                        .exit())
                .isZero();
        assertThat(folder.resolve("xdg/writ/context.json")).exists();
        assertThat(shell.typing("").run("login", "--url", server.url()).exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void optionsComeBeforeTheEnvironmentAndTheEnvironmentBeforeTheLogin() throws IOException {
        var shell = Shell.in(folder);
        shell.piping(ContractServer.KEY).run("login", "--url", server.url());
        assertThat(shell.with("WRIT_KEY", "writ_person_other").run("status").exit())
                .isEqualTo(Exit.FAILED);
        Files.writeString(folder.resolve("key"), ContractServer.KEY + "\n");
        assertThat(shell.with("WRIT_KEY", "writ_person_other")
                        .run("status", "--key-file", "key")
                        .exit())
                .isZero();
        try (var other = new ContractServer()) {
            var named = shell.with("WRIT_URL", other.url()).with("WRIT_KEY", ContractServer.KEY);
            assertThat(named.run("agent", "list").exit()).isZero();
            assertThat(other.requests()).hasSize(1);
            assertThat(named.run("agent", "list", "--url", server.url()).exit()).isZero();
            assertThat(other.requests()).hasSize(1);
        }
    }

    @Test
    void aKeptKeyGoesToNoOtherServer() throws IOException {
        var shell = Shell.in(folder);
        shell.piping(ContractServer.KEY).run("login", "--url", server.url());
        owner(folder.resolve("writ-data"), server.url(), ContractServer.KEY);
        try (var other = new ContractServer()) {
            var ran = shell.run("agent", "list", "--url", other.url());
            assertThat(ran.exit()).isEqualTo(Exit.USAGE);
            assertThat(ran.err()).contains("no key for " + other.url());
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    void aKeyDoesNotLeaveTheMachineUnencrypted() {
        var shell = Shell.in(folder).with("WRIT_KEY", ContractServer.KEY);
        var ran = shell.run("status", "--url", "http://192.0.2.1:7400");
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(ran.err()).contains("unencrypted").contains("--plain-http");
        var private10 = shell.run("status", "--url", "http://10.255.255.1:7400");
        assertThat(private10.exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        for (var url : new String[] {
            "localhost:7400", "ftp://x", "http://a b", "http://u:p@127.0.0.1", "http://127.0.0.1/path", ""
        })
            assertThat(Shell.in(folder)
                            .with("WRIT_KEY", "k")
                            .run("status", "--url", url)
                            .exit())
                    .as(url)
                    .isEqualTo(Exit.USAGE);
    }

    @Test
    void aKeyFileThatOthersReadIsWarnedOf() throws IOException {
        var data = owner(folder.resolve("writ-data"), server.url(), ContractServer.KEY);
        Files.setPosixFilePermissions(data.resolve("cli/owner.json"), PosixFilePermissions.fromString("rw-r--r--"));
        var ran = Shell.in(folder).run("status");
        assertThat(ran.exit()).isZero();
        assertThat(ran.err()).contains("other users can read your key");
    }

    @Test
    void aKeptFileThatIsDamagedIsSaidSo() throws IOException {
        for (var text : new String[] {"", "{}", "{\"url\":1}", "[", "{\"url\":\"a\",\"url\":\"b\",\"key\":\"k\"}"}) {
            var file = folder.resolve("writ-data/cli/owner.json");
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            var ran = Shell.in(folder).run("status");
            assertThat(ran.exit()).as(text).isEqualTo(Exit.FAILED);
            assertThat(ran.err()).contains("owner.json cannot be used");
        }
    }

    @Test
    void aKeyWithALineBreakIsNotSent() {
        var ran = Shell.in(folder, server).with("WRIT_KEY", "a\r\nx-evil: 1").run("status");
        assertThat(ran.exit()).isEqualTo(Exit.USAGE);
        assertThat(server.requests()).isEmpty();
    }
}
