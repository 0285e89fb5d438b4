package dev.writ.app;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The program. {@code up} is the server; everything else is the command line's. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(args, out, err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length > 0 && args[0].equals("up"))
            return new CommandLine(new Up(out, err)).execute(java.util.Arrays.copyOfRange(args, 1, args.length));
        err.println("writ: the only command of this build is: up");
        return 2;
    }
}
