package dev.writ.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code writ export}. */
@Command(description = "Prints everything as resources, as apply takes them; as YAML if nothing else is asked for.")
final class Export implements Callable<Integer> {
    private final Session session;

    Export(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var answer = session.api().get(Api.Path.of("export"));
        session.out().documents(answer);
        return Exit.DONE;
    }
}
