package dev.writ.ledger.verify;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The auditor's command: {@code java -jar writ-verify.jar PATH [--trust FILE] [--since CHECKPOINT]}. */
public final class Main {
    public static final int VERIFIED = 0;
    public static final int UNREADABLE = 1;
    public static final int USAGE = 2;
    public static final int FAILED = 5;

    private static final String HELP = """
            usage: writ-verify PATH [--trust FILE] [--since CHECKPOINT]
              PATH     a data folder, an export (folder or .zip) or a receipt
              --trust  verifier keys, one to a line, exported earlier and kept elsewhere
              --since  a checkpoint kept earlier, which the log must still contain
            exit codes: 0 verified, 5 not verified, 2 usage, 1 cannot be read
            """;

    private Main() {}

    public static void main(String[] arguments) {
        var out = new PrintStream(
                new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);
        var err = new PrintStream(
                new java.io.FileOutputStream(java.io.FileDescriptor.err), false, StandardCharsets.UTF_8);
        int code = run(List.of(arguments), out, err);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** The command without the process: report to {@code out}, words about failure to {@code err}; answers the exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        var rest = new ArrayDeque<>(arguments);
        @Nullable Path path = null;
        @Nullable Path trust = null;
        @Nullable Path since = null;
        while (!rest.isEmpty()) {
            var argument = rest.removeFirst();
            boolean option = argument.startsWith("--");
            if (option && rest.isEmpty()) return usage(err);
            if (argument.equals("--trust") && trust == null) trust = Path.of(rest.removeFirst());
            else if (argument.equals("--since") && since == null) since = Path.of(rest.removeFirst());
            else if (!option && path == null) path = Path.of(argument);
            else return usage(err);
        }
        return path == null ? usage(err) : verify(path, trust, since, out, err);
    }

    private static int usage(PrintStream err) {
        err.print(HELP);
        return USAGE;
    }

    private static int verify(Path path, @Nullable Path trust, @Nullable Path since, PrintStream out, PrintStream err) {
        try {
            var keys = trust == null ? Optional.<Trust>empty() : Optional.of(Trust.parse(Files.readString(trust)));
            var older = since == null
                    ? Optional.<Checkpoint>empty()
                    : Optional.of(Checkpoint.parse(Files.readAllBytes(since)));
            var report = EvidenceVerifier.verify(path, keys, older);
            out.print(report.text());
            return report.passed() ? VERIFIED : FAILED;
        } catch (IllegalArgumentException e) {
            err.println("the file given with --trust or --since cannot be used: " + e.getMessage());
            return USAGE;
        } catch (EvidenceFailure e) {
            err.println(e.getMessage());
            return e.code() == EvidenceFailure.Code.DAMAGED ? FAILED : UNREADABLE;
        } catch (IOException e) {
            err.println("cannot be read: " + e.getMessage());
            return UNREADABLE;
        }
    }
}
