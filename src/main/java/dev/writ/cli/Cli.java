package dev.writ.cli;

import dev.writ.base.Visible;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import picocli.CommandLine;

/** The command line's entry: {@code app.Main} hands over what it does not do itself. */
public final class Cli {
    private static final int MESSAGE_CHARS_MAX = 1_000;

    private Cli() {}

    /** Runs one command to its end. @return one of {@link Exit} */
    public static int run(String[] arguments, Terminal terminal) {
        try (var session = new Session(terminal)) {
            var line = Commands.needed(session, arguments);
            line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
            line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
            line.setParameterExceptionHandler((wrong, _) -> misused(session, wrong));
            line.setExecutionExceptionHandler((failure, _, _) -> failed(session, failure));
            return line.execute(arguments);
        } finally {
            terminal.out().flush();
            terminal.err().flush();
        }
    }

    private static int misused(Session session, CommandLine.ParameterException wrong) {
        var command = wrong.getCommandLine();
        var name = command.getCommandSpec().qualifiedName();
        session.out().say("writ: " + shown(words(wrong)));
        session.out().say("  next: " + name + " --help");
        return Exit.USAGE;
    }

    private static String words(CommandLine.ParameterException wrong) {
        if (!(wrong instanceof CommandLine.UnmatchedArgumentException unmatched))
            return String.valueOf(wrong.getMessage());
        var command = wrong.getCommandLine();
        var given = unmatched.getUnmatched().getFirst();
        boolean option = given.startsWith("-");
        var known = new ArrayList<String>();
        if (option) command.getCommandSpec().options().forEach(o -> known.add(o.longestName()));
        else if (command.getParent() == null) known.addAll(Commands.names());
        else known.addAll(command.getSubcommands().keySet());
        var what = option ? "there is no option " : known.isEmpty() ? "one word too many: " : "there is no command ";
        return what
                + given
                + Nearest.to(given, known).map(n -> "; did you mean " + n + "?").orElse("");
    }

    private static int failed(Session session, Exception failure) {
        if (failure instanceof CliError error) {
            session.out().failure(error);
            return error.exit();
        }
        // A defect of ours; the trace is what its report needs.
        session.out().say("writ: this should not have happened: " + shown(failure.toString()));
        if (session.terminal().variable("WRIT_DEBUG").isPresent())
            failure.printStackTrace(session.terminal().err());
        else session.out().say("  next: run it again with WRIT_DEBUG=1 and report what it prints");
        return Exit.FAILED;
    }

    private static String shown(String message) {
        var text = Visible.text(message, MESSAGE_CHARS_MAX);
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
}
