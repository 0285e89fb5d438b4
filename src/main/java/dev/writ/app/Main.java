package dev.writ.app;

import dev.writ.cli.Cli;
import dev.writ.cli.Terminal;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;

/**
 * The program: {@code up} is the server, {@code demo} tells the story, {@code witness} vouches for others, {@code backup},
 * {@code restore} and {@code recover} work on a data folder, everything else is the command line's.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args, utf8(System.out), utf8(System.err)));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        var first = args.length > 0 ? args[0] : "";
        var rest = args.length > 0 ? Arrays.copyOfRange(args, 1, args.length) : args;
        return switch (first) {
            case "up" -> new CommandLine(new Up(out, err)).execute(rest);
            case "backup" -> new CommandLine(new RecoveryCommands.BackupCommand(out, err)).execute(rest);
            case "restore" -> new CommandLine(new RecoveryCommands.RestoreCommand(out, err)).execute(rest);
            case "recover" -> new CommandLine(new RecoveryCommands.RecoverCommand(out, err)).execute(rest);
            case "witness" -> WitnessCommand.run(rest, out, err);
            case "demo" -> new CommandLine(new DemoCommand(out, err)).execute(rest);
            case "train" -> Training.run(err);
            default -> Cli.run(args, Terminal.system());
        };
    }

    private static PrintStream utf8(PrintStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }
}
