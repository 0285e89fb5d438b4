package dev.writ.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Children that behave, and shells that start others and try to leave them behind. */
class ChildTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    @Test
    void aChildIsSpokenToInLinesAndEndsWhenItsInputDoes() throws Exception {
        try (var child = Child.start(command("cat"), Limits.DEFAULT)) {
            child.writeLine("hello".getBytes(UTF_8), SOON);
            child.writeLine("".getBytes(UTF_8), SOON);
            child.writeLine("w\u00f6rld".getBytes(UTF_8), SOON);
            assertThat(child.readLine()).hasValue("hello");
            assertThat(child.readLine()).hasValue("");
            assertThat(child.readLine()).hasValue("w\u00f6rld");
            child.closeInput();
            assertThat(child.readLine()).isEmpty();
            assertThat(child.readLine()).isEmpty();
            assertThat(child.exit().get(5, TimeUnit.SECONDS)).isZero();
            assertThatThrownBy(() -> child.writeLine("late".getBytes(UTF_8), SOON))
                    .isInstanceOfSatisfying(
                            ProcessError.class, e -> assertThat(e.code()).isEqualTo(ProcessError.Code.ENDED));
        }
    }

    @Test
    void nothingIsInheritedAndNothingIsReadByAShell() {
        var env = new Command(List.of("/usr/bin/env"), Map.of("ONLY", "this; $(touch x)"), directory);
        try (var child = Child.start(env, Limits.DEFAULT)) {
            var lines = new ArrayList<String>();
            for (var line = child.readLine(); line.isPresent(); line = child.readLine()) lines.add(line.get());
            assertThat(lines)
                    .hasSize(2)
                    .contains("ONLY=this; $(touch x)")
                    .anyMatch(l -> l.startsWith(Tree.MARKER + "="));
        }
        try (var child = Child.start(command("printf", "%s\\n", "$HOME; echo x", "`id`", "-- *"), Limits.DEFAULT)) {
            assertThat(child.readLine()).hasValue("$HOME; echo x");
            assertThat(child.readLine()).hasValue("`id`");
            assertThat(child.readLine()).hasValue("-- *");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aProgramThatIsNotThereIsSaidToBeMissing() throws IOException {
        Files.writeString(directory.resolve("plain"), "not executable");
        for (var name : new String[] {"no-such-program", "/no/such/program", "./plain", directory.toString()})
            assertThatThrownBy(() -> Child.start(command(name), Limits.DEFAULT))
                    .isInstanceOfSatisfying(
                            ProcessError.class, e -> assertThat(e.code()).isEqualTo(ProcessError.Code.NOT_STARTED));
        assertThatThrownBy(() -> Child.start(
                        new Command(List.of("cat"), Map.of("PATH", "/usr/bin"), directory.resolve("gone")),
                        Limits.DEFAULT))
                .isInstanceOf(ProcessError.class);
        for (var words : List.of(List.<String>of(), List.of(" "), List.of("a\0b")))
            assertThatThrownBy(() -> new Command(words, Map.of(), directory))
                    .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Command(List.of("a"), Map.of("A=B", "c"), directory))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void errorOutputIsKeptAsABoundedTail() throws Exception {
        var script = "i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; echo last >&2; exit 3";
        try (var child = Child.start(shell(script), new Limits(100, 10, 1_000))) {
            assertThat(child.exit().get(20, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(child.readLine()).isEmpty();
            assertThat(child.errorTail()).hasSizeLessThanOrEqualTo(1_000).endsWith("line 19999\nlast\n");
        }
    }

    @Test
    void aLineBeyondTheLimitOrNotUtf8EndsTheChild() throws Exception {
        for (var script : List.of("head -c 2000 /dev/zero | tr '\\0' x; sleep 100", "printf '\\377\\n'; sleep 100"))
            try (var child = Child.start(shell(script), new Limits(1_000, 10, 1_000))) {
                assertThatThrownBy(child::readLine).isInstanceOfSatisfying(ProcessError.class, e -> assertThat(e.code())
                        .isEqualTo(ProcessError.Code.MALFORMED));
                child.exit().get(5, TimeUnit.SECONDS);
                assertThat(child.running()).isFalse();
            }
    }

    @Test
    void aFloodOfLinesWaitsInTheChildNotInOurMemory() throws Exception {
        try (var child = Child.start(shell("yes line | head -n 200000; echo end"), new Limits(100, 10, 100))) {
            String last = "";
            int count = 0;
            for (var line = child.readLine(); line.isPresent(); line = child.readLine()) {
                last = line.get();
                count++;
            }
            assertThat(count).isEqualTo(200_001);
            assertThat(last).isEqualTo("end");
        }
    }

    @Test
    void aChildThatDoesNotReadIsNotWaitedForEndlessly() {
        try (var child = Child.start(shell("sleep 100"), Limits.DEFAULT)) {
            var line = new byte[200_000];
            assertThatThrownBy(() -> {
                        while (true) child.writeLine(line, Duration.ofMillis(200));
                    })
                    .isInstanceOfSatisfying(
                            ProcessError.class, e -> assertThat(e.code()).isEqualTo(ProcessError.Code.STALLED));
        }
    }

    @Test
    void aLineBreakCannotBeSmuggledIntoALine() {
        try (var child = Child.start(command("cat"), Limits.DEFAULT)) {
            for (var line : new String[] {"a\nb", "a\r", "\n"})
                assertThatThrownBy(() -> child.writeLine(line.getBytes(UTF_8), SOON))
                        .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void closingKillsTheWholeTreeAlsoWhatHasLeftItsGroupOrItsParent() throws Exception {
        var script = "trap '' TERM HUP; sleep 301 & echo $!; (sleep 302 & echo $!); setsid sleep 303 & echo $!; "
                + "(setsid sh -c 'echo $$; exec sleep 304' &); env -i sleep 305 & echo $!; sleep 306";
        var child = Child.start(shell(script), Limits.DEFAULT);
        var pids = new ArrayList<Long>(List.of(child.pid()));
        for (int i = 0; i < 5; i++) pids.add(Long.parseLong(child.readLine().orElseThrow()));
        assertThat(pids).allMatch(ChildTest::alive);
        long from = System.nanoTime();
        child.close();
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(4));
        assertThat(pids).noneMatch(ChildTest::alive);
        assertThat(child.exit().get(5, TimeUnit.SECONDS)).isNotZero();
    }

    @Test
    void whatAChildLeavesBehindWhenItEndsByItselfIsKilled() throws Exception {
        var script = "setsid sleep 311 >/dev/null 2>&1 & echo $!; sleep 312 >/dev/null 2>&1 & echo $!; exit 7";
        try (var child = Child.start(shell(script), Limits.DEFAULT)) {
            long first = Long.parseLong(child.readLine().orElseThrow());
            long second = Long.parseLong(child.readLine().orElseThrow());
            assertThat(child.exit().get(10, TimeUnit.SECONDS)).isEqualTo(7);
            assertThat(List.of(first, second)).noneMatch(ChildTest::alive);
        }
    }

    @Test
    void aTreeThatKeepsStartingOthersIsKilledToo() throws Exception {
        var script = "while :; do sh -c 'sleep 321 & sleep 0.01' & sleep 0.02; done & echo ready; wait";
        var child = Child.start(shell(script), Limits.DEFAULT);
        assertThat(child.readLine()).hasValue("ready");
        child.close();
        assertThat(ProcessHandle.allProcesses().filter(p -> p.info()
                        .arguments()
                        .map(a -> List.of(a).contains("321"))
                        .orElse(false)))
                .isEmpty();
    }

    @Test
    void nothingIsLeftWhenTheJvmExits() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var words = List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Leaver.class.getName(),
                directory.toString());
        try (var jvm = Child.start(new Command(words, Map.of("PATH", "/usr/bin:/bin"), directory), Limits.DEFAULT)) {
            long first = Long.parseLong(jvm.readLine().orElseThrow());
            long second = Long.parseLong(jvm.readLine().orElseThrow());
            assertThat(alive(first)).isTrue();
            assertThat(alive(second)).isTrue();
            jvm.closeInput();
            // Our own sweep behind the JVM runs before its exit is told; the hook must have been faster than that.
            assertThat(jvm.readLine()).hasValue("hook first: true");
            assertThat(jvm.exit().get(10, TimeUnit.SECONDS)).isZero();
            assertThat(List.of(first, second)).noneMatch(ChildTest::alive);
        }
    }

    /** A program that starts a tree and exits without closing it; run in a JVM of its own. */
    static final class Leaver {
        private Leaver() {}

        public static void main(String[] arguments) throws IOException {
            var script = "sleep 331 & echo $!; setsid sleep 332 & echo $!; wait";
            var child = Child.start(
                    new Command(List.of("sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), Path.of(arguments[0])),
                    Limits.DEFAULT);
            long first = Long.parseLong(child.readLine().orElseThrow());
            long second = Long.parseLong(child.readLine().orElseThrow());
            System.out.println(first);
            System.out.println(second);
            System.out.flush();
            while (System.in.read() >= 0) {}
            // Hooks run side by side; this one only watches for the other's work.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
                while ((alive(first) || alive(second)) && System.nanoTime() < until) Thread.onSpinWait();
                System.out.println("hook first: " + !(alive(first) || alive(second)));
                System.out.flush();
            }));
            System.exit(0);
        }
    }

    private Command command(String... words) {
        return new Command(List.of(words), Map.of("PATH", "/usr/bin:/bin"), directory);
    }

    private Command shell(String script) {
        return command("sh", "-c", script);
    }

    /** Whether a process runs; one that has ended and is not collected yet has no command line any more (proc(5)). */
    private static boolean alive(long pid) {
        try {
            return Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline")).length > 0;
        } catch (IOException e) {
            return false;
        }
    }
}
