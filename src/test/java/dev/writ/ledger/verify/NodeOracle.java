package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the second verifier, which was written from the specifications in another language. */
public final class NodeOracle {
    /** What it printed and how it ended. */
    public record Answer(int code, List<String> lines) {}

    private NodeOracle() {}

    public static Answer run(Object... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>(
                List.of("node", Path.of("src/test/node/verify-log.mjs").toString()));
        for (var argument : arguments) command.add(argument.toString());
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var out = process.inputReader(UTF_8)) {
            var lines = out.lines().toList();
            return new Answer(process.waitFor(), lines);
        }
    }
}
