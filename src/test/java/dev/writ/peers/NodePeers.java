package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.registry.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The npm packages pinned in {@code src/test/node/peers}, installed below {@code target} once for each lock file. */
final class NodePeers {
    private static final Path SOURCES = Path.of("src/test/node/peers");
    private static final long INSTALL_SECONDS_MAX = 300;

    private NodePeers() {}

    /** The folder with our scripts and {@code node_modules}. */
    static synchronized Path folder() {
        try {
            var lock = Digest.of(Files.readAllBytes(SOURCES.resolve("package-lock.json")));
            var folder = Path.of("target", "peers-" + lock.toString().substring(0, 12))
                    .toAbsolutePath();
            Files.createDirectories(folder);
            try (var sources = Files.list(SOURCES)) {
                for (var source : sources.toList())
                    Files.write(folder.resolve(source.getFileName()), Files.readAllBytes(source));
            }
            var installed = folder.resolve("installed");
            if (!Files.exists(installed)) {
                // No package's own scripts run: what we start, we start ourselves.
                run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
                Files.createFile(installed);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the interpreter is: found on our PATH. */
    static Path node() {
        for (var entry : System.getenv("PATH").split(":")) {
            var node = Path.of(entry, "node");
            if (Files.isExecutable(node)) return node;
        }
        throw new AssertionError("these tests need Node 20 or newer on the PATH");
    }

    /**
     * A server of our {@code mcp.json}, with its placeholders filled in. The file is what a person would import; this
     * reads as much of the format as it uses.
     */
    static Transport fromMcpJson(String server, Map<String, String> values) {
        var folder = folder();
        try {
            var text = Files.readString(folder.resolve("mcp.json"));
            for (var value : values.entrySet()) text = text.replace("${" + value.getKey() + "}", value.getValue());
            var entry = JsonReader.readObject(text.getBytes(UTF_8))
                    .object("mcpServers")
                    .flatMap(servers -> servers.object(server))
                    .orElseThrow();
            return entry.string("url")
                    .<Transport>map(url -> new Transport.Http(URI.create(url)))
                    .orElseGet(() -> stdio(folder, entry));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server of ours that misbehaves as {@code mode} says and writes down what it hears. */
    static Transport odd(String mode, Path diary) {
        return new Transport.Stdio(
                node().toString(),
                List.of(folder().resolve("odd-server.mjs").toString(), mode, diary.toString()),
                Set.of(),
                Optional.empty());
    }

    private static Transport stdio(Path folder, Json.Obj entry) {
        return new Transport.Stdio(
                entry.string("command").orElseThrow().replaceAll("^node$", node().toString()),
                entry.strings("args"),
                Set.of(),
                Optional.of(folder.toString()));
    }

    private static void run(Path folder, String... words) throws IOException {
        var log = folder.resolve("install.log");
        var process = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("npm did not end: " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while npm ran", e);
        }
        if (process.exitValue() != 0) throw new AssertionError("npm failed: " + Files.readString(log));
    }
}
