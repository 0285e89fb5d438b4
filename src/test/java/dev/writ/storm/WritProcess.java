package dev.writ.storm;

import dev.writ.app.Main;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * {@code writ up} on a data folder, in a process of its own, with the launcher's flags; by the launcher itself, with its AOT
 * cache, when {@code -Dwrit.storm.launcher=PATH} names it.
 */
final class WritProcess implements AutoCloseable {
    private static final String UP = "is up.";

    private final Process process;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final StringBuilder said = new StringBuilder();
    private final Path data;

    private WritProcess(Process process, Path data) {
        this.process = process;
        this.data = data;
        Thread.ofVirtual().name("writ-said").start(this::listen);
    }

    static WritProcess start(Path data, List<String> arguments) {
        var words = new ArrayList<>(program());
        words.addAll(List.of("up", "--data", data.toString(), "--port", "0"));
        words.addAll(arguments);
        try {
            var builder = new ProcessBuilder(words).redirectErrorStream(true);
            return new WritProcess(builder.start(), data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> program() {
        var launcher = System.getProperty("writ.storm.launcher", "");
        if (!launcher.isEmpty()) return List.of(launcher);
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=96m",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
    }

    private void listen() {
        try (var lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (said) {
                    said.append(line).append('\n');
                }
                if (line.contains(UP)) ready.complete(true);
            }
        } catch (IOException e) {
            // Killed: what it said until then is what there is.
        }
        ready.complete(false);
    }

    /** Waits until it serves; says what it printed when it ends instead. */
    void awaitReady() {
        if (!ready.orTimeout(60, TimeUnit.SECONDS).join()) throw new AssertionError("writ did not start:\n" + said());
    }

    /** Whether it serves by now. */
    boolean isReady() {
        return ready.getNow(false);
    }

    String said() {
        synchronized (said) {
            return said.toString();
        }
    }

    private Json.Obj ownerFile() {
        try {
            return JsonReader.readObject(Files.readAllBytes(data.resolve("cli/owner.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return ownerFile().string("url").orElseThrow();
    }

    String ownerKey() {
        return ownerFile().string("key").orElseThrow();
    }

    long pid() {
        return process.pid();
    }

    Optional<Integer> exit() {
        return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    /** SIGKILL: nothing that it still wanted to do is done. */
    void kill() {
        process.toHandle().destroyForcibly();
        join();
    }

    /** SIGTERM, as an operator stops it. */
    @Override
    public void close() {
        process.toHandle().destroy();
        join();
    }

    private void join() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) throw new AssertionError("writ does not end:\n" + said());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
