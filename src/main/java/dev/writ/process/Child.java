package dev.writ.process;

import dev.writ.base.NeverWaits;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A running program that speaks in lines. Its pipes are served by three platform threads, for reading and writing pipes
 * blocks a virtual thread's carrier. When it ends or is closed, everything it has started ends with it.
 */
public final class Child implements AutoCloseable {
    private static final Duration ASKED = Duration.ofMillis(500);
    private static final Duration KILLED = Duration.ofSeconds(2);
    private static final Optional<Path> SETSID = List.of("/usr/bin/setsid", "/bin/setsid").stream()
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    private static final Set<Child> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Child::killAll, "process-shutdown"));
    }

    private final Process process;
    private final Tree tree;
    private final InputPipe input;
    private final LineReader lines;
    private final ErrorTail errors;
    private final CompletableFuture<Integer> exit;

    private Child(Process process, Tree tree, Limits limits) {
        this.process = process;
        this.tree = tree;
        this.input = new InputPipe(process.getOutputStream());
        this.lines = new LineReader(process.getInputStream(), limits, this::kill);
        this.errors = new ErrorTail(limits.errorBytesMax());
        RUNNING.add(this);
        this.exit = process.onExit()
                .thenApplyAsync(
                        ended -> {
                            tree.kill(KILLED);
                            input.end();
                            RUNNING.remove(this);
                            return ended.exitValue();
                        },
                        job -> thread("end", job));
        thread("input", input::pump);
        thread("lines", lines::pump);
        thread("errors", () -> errors.pump(process.getErrorStream()));
    }

    /** @throws ProcessError {@code NOT_STARTED} */
    public static Child start(Command command, Limits limits) {
        var marker = UUID.randomUUID().toString();
        var words = new ArrayList<String>();
        // A session of its own is a process group of its own; setsid(1) becomes the program, the pid stays.
        SETSID.ifPresent(setsid -> words.addAll(List.of(setsid.toString(), "--")));
        words.add(program(command).toString());
        words.addAll(command.words().subList(1, command.words().size()));
        var builder = new ProcessBuilder(words).directory(command.directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        builder.environment().put(Tree.MARKER, marker);
        try {
            var process = builder.start();
            return new Child(process, new Tree(process.toHandle(), marker, SETSID.isPresent()), limits);
        } catch (IOException e) {
            throw new ProcessError(
                    ProcessError.Code.NOT_STARTED,
                    "cannot start " + command.words().getFirst() + " in " + command.directory() + ": "
                            + e.getMessage());
        }
    }

    /** Writes a line and its line feed; waits until the child's pipe has taken it. */
    public void writeLine(byte[] line, Duration limit) {
        NeverWaits.refuse("a process");
        for (byte b : line)
            if (b == '\n' || b == '\r') throw new IllegalArgumentException("a line with a line break in it");
        input.write(line, limit);
    }

    /** Ends the child's input, which is how most such programs are asked to stop. */
    public void closeInput() {
        input.end();
    }

    /**
     * The next line of output, without its line feed; empty when the child has closed its output.
     *
     * @throws ProcessError {@code MALFORMED}; the child is killed then
     */
    public Optional<String> readLine() {
        NeverWaits.refuse("a process");
        return lines.take();
    }

    /** The end of what the child has written to its error output, for people to read. */
    public String errorTail() {
        return errors.text();
    }

    public long pid() {
        return process.pid();
    }

    public boolean running() {
        return process.isAlive();
    }

    /** Completes with the exit value once the child and everything it started have ended. */
    public CompletableFuture<Integer> exit() {
        return exit.copy();
    }

    /** Closes the input, asks the child to end, and after half a second kills it with everything it has started. */
    @Override
    public void close() {
        input.end();
        tree.ask();
        try {
            process.waitFor(ASKED.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** Kills the child and everything it has started, now. */
    public void kill() {
        tree.kill(KILLED);
        input.end();
        lines.end();
    }

    private static void killAll() {
        RUNNING.forEach(Child::kill);
    }

    /** The program's path: found on the child's own PATH, not on ours. */
    private static Path program(Command command) {
        var name = command.words().getFirst();
        if (name.indexOf('/') >= 0)
            return executable(command.directory().resolve(name)).orElseThrow(() -> missing(name));
        for (var folder : command.environment().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (folder.isEmpty()) continue;
            var found = executable(Path.of(folder, name));
            if (found.isPresent()) return found.get();
        }
        throw missing(name);
    }

    private static Optional<Path> executable(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path) ? Optional.of(path) : Optional.empty();
    }

    private static ProcessError missing(String name) {
        return new ProcessError(
                ProcessError.Code.NOT_STARTED, "no program " + name + ": give its path, or a PATH on which it is");
    }

    private void thread(String job, Runnable run) {
        Thread.ofPlatform().daemon().name("child-" + process.pid() + "-" + job).start(run);
    }

    /** Reads until the end of a stream, or until it is closed under the reader's hands. */
    static void drain(InputStream in, Sink sink) {
        var buffer = new byte[8 << 10];
        try (in) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) sink.accept(buffer, count);
        } catch (IOException e) {
            // The process has ended and its pipe with it.
        }
    }

    @FunctionalInterface
    interface Sink {
        void accept(byte[] buffer, int count);
    }

    static void closeQuietly(OutputStream out) {
        try {
            out.close();
        } catch (IOException e) {
            // Whoever read it is gone.
        }
    }
}
