package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which server, and with which key: options, then the environment, then what {@code login} kept, then the data folder's
 * {@code cli/owner.json}. A key that stands in a file goes only to the address that stands beside it.
 */
final class Context {
    private static final int FILE_BYTES_MAX = 64 << 10;
    private static final String DEFAULT_URL = "http://127.0.0.1:7400";

    private final Terminal terminal;
    private @Nullable String url;
    private @Nullable String keyFile;
    private @Nullable String data;
    private boolean plainHttp;

    Context(Terminal terminal) {
        this.terminal = terminal;
    }

    /** A server and the key for it. */
    record Access(String url, Optional<Secret> key, boolean plainHttp, List<X509Certificate> trust) {
        /** With whom the system trusts. */
        Access(String url, Optional<Secret> key, boolean plainHttp) {
            this(url, key, plainHttp, List.of());
        }
    }

    /** What a file says. */
    record Kept(String url, Secret key, Optional<String> tenant, List<X509Certificate> trust) {}

    void url(String url) {
        this.url = url;
    }

    void keyFile(String file) {
        this.keyFile = file;
    }

    void data(String folder) {
        this.data = folder;
    }

    void plainHttp(boolean allowed) {
        this.plainHttp = allowed;
    }

    boolean plainHttp() {
        return plainHttp;
    }

    Optional<String> urlGiven() {
        return Optional.ofNullable(url).or(() -> terminal.variable("WRIT_URL"));
    }

    Optional<Secret> keyGiven() {
        if (keyFile == null) return terminal.variable("WRIT_KEY").map(Secret::of);
        var text = new String(Input.file(terminal.path(keyFile), FILE_BYTES_MAX), UTF_8).strip();
        return Optional.of(Secret.of(text));
    }

    /** @throws CliError with what to do, when no server or no key is known */
    Access access(Output out) {
        var urlGiven = urlGiven();
        var keyGiven = keyGiven();
        var kept = keyGiven.isPresent() && urlGiven.isPresent() ? Optional.<Kept>empty() : kept(out, urlGiven);
        var address = urlGiven.or(() -> kept.map(Kept::url)).orElse(DEFAULT_URL);
        var key = keyGiven.or(() -> kept.map(Kept::key));
        if (key.isEmpty())
            throw CliError.usage(
                    "no key for " + address,
                    "run writ login, set WRIT_KEY, or name the data folder of a server on this machine with --data");
        return new Access(address, key, plainHttp, kept.map(Kept::trust).orElse(List.of()));
    }

    /** The data folder that is in use, when it is there. */
    Optional<Path> dataFolder() {
        var folder = terminal.path(Optional.ofNullable(data)
                .or(() -> terminal.variable("WRIT_DATA"))
                .orElse("writ-data"));
        return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
    }

    /** The tenant that the data folder belongs to. */
    Optional<String> tenant() {
        return dataFolder().flatMap(f -> read(ownerFile(f))).flatMap(Kept::tenant);
    }

    Path contextFile() {
        return home().resolve("context.json");
    }

    /** Our folder among the person's settings. */
    Path home() {
        return terminal.variable("XDG_CONFIG_HOME")
                .map(Path::of)
                .or(() -> terminal.variable("HOME").map(h -> Path.of(h, ".config")))
                .orElseThrow(() -> CliError.usage("neither XDG_CONFIG_HOME nor HOME is set", "set HOME"))
                .resolve("writ");
    }

    private Optional<Kept> kept(Output out, Optional<String> urlGiven) {
        boolean folderNamed = data != null || terminal.variable("WRIT_DATA").isPresent();
        var owner = dataFolder().map(Context::ownerFile);
        if (folderNamed && owner.filter(Files::exists).isEmpty())
            throw CliError.usage(
                    "there is no " + Path.of("cli", "owner.json") + " in the data folder",
                    "start the server once (writ up), or correct --data or WRIT_DATA");
        Optional<Path> login = folderNamed ? Optional.empty() : loginFile();
        for (var file : new Path[] {login.orElse(null), owner.orElse(null)}) {
            if (file == null) continue;
            var kept = read(file).filter(k -> urlGiven.isEmpty() || sameServer(k.url(), urlGiven.get()));
            if (kept.isEmpty()) continue;
            warnIfOthersRead(file, out);
            return kept;
        }
        return Optional.empty();
    }

    private Optional<Path> loginFile() {
        boolean homeKnown = terminal.variable("XDG_CONFIG_HOME").isPresent()
                || terminal.variable("HOME").isPresent();
        return homeKnown ? Optional.of(contextFile()) : Optional.empty();
    }

    private static Path ownerFile(Path folder) {
        return folder.resolve("cli").resolve("owner.json");
    }

    private static Optional<Kept> read(Path file) {
        if (!Files.exists(file)) return Optional.empty();
        try {
            Json.Obj json = JsonReader.readObject(Input.file(file, FILE_BYTES_MAX));
            var address = json.string("url");
            var key = json.string("key");
            if (address.isEmpty() || key.isEmpty()) throw new JsonError("expected url and key", 0);
            return Optional.of(new Kept(
                    address.get(),
                    Secret.of(key.get()),
                    json.string("tenant"),
                    json.string("certificate").map(Context::certificates).orElse(List.of())));
        } catch (JsonError e) {
            throw new CliError(
                    Exit.FAILED,
                    file + " cannot be used",
                    String.valueOf(e.getMessage()),
                    "delete it and log in again");
        }
    }

    /** Those of a listener on this machine; whoever cannot read them trusts whom the system trusts. */
    private static List<X509Certificate> certificates(String file) {
        try (var in = Files.newInputStream(Path.of(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (IOException | CertificateException e) {
            return List.of();
        }
    }

    private static boolean sameServer(String one, String other) {
        return withoutSlash(one).equals(withoutSlash(other));
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private static void warnIfOthersRead(Path file, Output out) {
        try {
            var others = Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
            if (Files.getPosixFilePermissions(file).stream().anyMatch(others::contains))
                out.say("writ: other users can read your key in " + file + "; chmod 600 it");
        } catch (UnsupportedOperationException | IOException e) {
            // No such permissions here: nothing to warn about.
            return;
        }
    }
}
