package dev.writ.policy.publish;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Starts one child Java process for one request and kills it afterwards, whatever it did. Its heap, its address space
 * (where a shell can limit that), its time and its output are bounded; its environment is empty, and its temporary
 * files go with it.
 */
final class FrontEndProcess {
    private static final int HEAP_MEBIBYTES_MAX = 512;
    private static final int ADDRESS_SPACE_KIBIBYTES_MAX = 4 << 20;
    private static final int ANSWER_BYTES_MAX = 128 << 20;

    private final List<String> main;
    private final Duration timeMax;

    /** @param main what follows {@code java} and its options: the main class and its arguments */
    FrontEndProcess(List<String> main, Duration timeMax) {
        this.main = List.copyOf(main);
        this.timeMax = timeMax;
    }

    sealed interface Result {}

    record Answered(Json.Obj answer) implements Result {}

    /** The child crashed, took too long or said too much. */
    record Failed(String how) implements Result {}

    Result run(byte[] request) {
        var scratch = scratch();
        try {
            return run(request, scratch);
        } finally {
            delete(scratch);
        }
    }

    private Result run(byte[] request, Path scratch) {
        Process child;
        try {
            child = builder(scratch).start();
        } catch (IOException e) {
            return new Failed("could not be started");
        }
        try {
            return talk(child, request);
        } finally {
            child.destroyForcibly();
            reap(child);
        }
    }

    private Result talk(Process child, byte[] request) {
        // Writing may block on a child that does not read; killing the child ends it.
        Thread.ofPlatform().daemon().name("front-end-write").start(() -> write(child, request));
        var reading = new FutureTask<>(() -> child.getInputStream().readNBytes(ANSWER_BYTES_MAX + 1));
        Thread.ofPlatform().daemon().name("front-end-read").start(reading);
        long deadline = System.nanoTime() + timeMax.toNanos();
        try {
            var answer = reading.get(timeMax.toNanos(), TimeUnit.NANOSECONDS);
            if (answer.length > ANSWER_BYTES_MAX) return new Failed("answered too much");
            if (!child.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS))
                return new Failed("did not end in time");
            return child.exitValue() == 0
                    ? new Answered(JsonReader.readObject(answer, FrontEndMain.VALUES_MAX))
                    : new Failed("crashed");
        } catch (TimeoutException e) {
            return new Failed("took longer than " + timeMax.toSeconds() + " s");
        } catch (JsonError e) {
            return new Failed("ended without an answer");
        } catch (ExecutionException e) {
            return new Failed("could not be read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failed("was interrupted");
        }
    }

    private static void write(Process child, byte[] request) {
        try (var in = child.getOutputStream()) {
            in.write(request);
        } catch (IOException e) {
            // The child is gone; its exit status says so to whoever reads.
            child.destroyForcibly();
        }
    }

    private static void reap(Process child) {
        try {
            child.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ProcessBuilder builder(Path scratch) {
        var command = new java.util.ArrayList<String>();
        if (Files.isExecutable(Path.of("/bin/sh")))
            command.addAll(List.of(
                    "/bin/sh", "-c", "ulimit -v " + ADDRESS_SPACE_KIBIBYTES_MAX + " 2>/dev/null; exec \"$@\"", "sh"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MEBIBYTES_MAX + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CompressedClassSpaceSize=64m",
                "-XX:ReservedCodeCacheSize=64m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + scratch.resolve("error.log"),
                "-Djava.io.tmpdir=" + scratch,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                absolute(System.getProperty("java.class.path"), Path.of(""))));
        command.addAll(main);
        var builder =
                new ProcessBuilder(command).directory(scratch.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        return builder;
    }

    /** The child runs in a folder of its own, so a class path that is relative to ours would lead nowhere. */
    static String absolute(String classPath, Path from) {
        return Arrays.stream(classPath.split(File.pathSeparator))
                .map(entry -> from.resolve(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path scratch() {
        try {
            return Files.createTempDirectory("writ-front-end-");
        } catch (IOException e) {
            throw new PublishException(PublishException.Code.FOLDER, "no temporary folder can be made", e);
        }
    }

    private static void delete(Path scratch) {
        try {
            Files.walkFileTree(scratch, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(
                        Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // Left to the system's own cleaning of temporary files; nothing secret is in it.
            scratch.toFile().deleteOnExit();
        }
    }
}
