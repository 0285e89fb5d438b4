package dev.writ.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A child and everything it has started, found in three ways, because each alone can be escaped: the process group we
 * gave it, the chain of parents, and a marker in the environment (Linux), which also finds what has left both.
 */
final class Tree {
    static final String MARKER = "WRIT_CHILD";

    private static final int SIGKILL = 9;
    private static final Path PROC = Path.of("/proc");
    private static final int ROUNDS_MAX = 20;
    private static final long LOOK_NANOS = 2_000_000;
    private static final Optional<MethodHandle> KILL = kill();

    private final ProcessHandle root;
    private final byte[] marker;
    private final boolean ownGroup;
    // Once all have ended, the group's number may become somebody else's.
    private boolean over;

    Tree(ProcessHandle root, String marker, boolean ownGroup) {
        this.root = root;
        this.marker = (MARKER + "=" + marker).getBytes(ISO_8859_1);
        this.ownGroup = ownGroup;
    }

    /** Asks the root to end; it may clean up behind itself. */
    void ask() {
        root.destroy();
    }

    /** Kills until nothing is found any more: what is killed may have started another one just before. */
    synchronized void kill(Duration limit) {
        if (over) return;
        long until = System.nanoTime() + limit.toNanos();
        for (int round = 0; round < ROUNDS_MAX; round++) {
            var found = members();
            if (ownGroup) signalGroup();
            found.forEach(ProcessHandle::destroyForcibly);
            if (found.isEmpty()) {
                over = true;
                return;
            }
            for (var process : found) awaitEnd(process, until);
        }
    }

    private Set<ProcessHandle> members() {
        var found = new HashSet<ProcessHandle>();
        if (runs(root)) found.add(root);
        root.descendants().filter(Tree::runs).forEach(found::add);
        addMarked(found);
        return found;
    }

    private void addMarked(Set<ProcessHandle> found) {
        if (!Files.isDirectory(PROC)) return;
        long self = ProcessHandle.current().pid();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var entry : entries) {
                long pid = Long.parseLong(entry.getFileName().toString());
                if (pid != self && carriesMarker(entry.resolve("environ")))
                    ProcessHandle.of(pid).filter(Tree::runs).ifPresent(found::add);
            }
        } catch (IOException e) {
            // Without /proc the group and the parents are what we know.
        }
    }

    private boolean carriesMarker(Path environ) {
        byte[] environment;
        try {
            environment = Files.readAllBytes(environ);
        } catch (IOException e) {
            return false; // another user's, or gone
        }
        int from = 0;
        for (int i = 0; i <= environment.length; i++) {
            if (i < environment.length && environment[i] != 0) continue;
            if (java.util.Arrays.equals(environment, from, i, marker, 0, marker.length)) return true;
            from = i + 1;
        }
        return false;
    }

    private void signalGroup() {
        if (KILL.isEmpty()) return;
        try {
            var _ = (int) KILL.get().invokeExact((int) -root.pid(), SIGKILL);
        } catch (Throwable e) {
            throw new IllegalStateException("kill(2) cannot be called", e);
        }
    }

    /** Looks often: what is not our own child tells its end to nobody, and the JDK's own watch looks every 300 ms. */
    private static void awaitEnd(ProcessHandle process, long until) {
        while (runs(process) && System.nanoTime() < until) LockSupport.parkNanos(LOOK_NANOS);
    }

    /** Alive and not a zombie: one whose parent is slow to collect it has ended for us, and cannot be killed. */
    private static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) return false;
        try {
            var stat = Files.readString(PROC.resolve(process.pid() + "/stat"), ISO_8859_1);
            // The state follows the name, which may itself hold spaces and parentheses (proc(5)).
            return !stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return process.isAlive();
        }
    }

    @SuppressWarnings("restricted") // one system call, of fixed numbers
    private static Optional<MethodHandle> kill() {
        var linker = Linker.nativeLinker();
        var number = ValueLayout.JAVA_INT;
        return linker.defaultLookup()
                .find("kill")
                .map(symbol -> linker.downcallHandle(symbol, FunctionDescriptor.of(number, number, number)));
    }
}
