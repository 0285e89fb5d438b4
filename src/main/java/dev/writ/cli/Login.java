package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.base.Secret;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code writ login}. */
@Command(
        description =
                "Keeps a server's address and your key for later commands. The key is asked for, comes on standard"
                        + " input, or from --key-file.")
final class Login implements Callable<Integer> {
    @Option(names = "--forget", description = "Delete what was kept.")
    boolean forget;

    private final Session session;

    Login(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var file = session.context().contextFile();
        if (forget) {
            SafeFile.delete(file);
            session.out().say("Forgot " + file + ".");
            return Exit.DONE;
        }
        var url = session.context()
                .urlGiven()
                .orElseThrow(() -> CliError.usage("which server?", "add --url http://127.0.0.1:7400"));
        var key = session.context().keyGiven().orElseGet(() -> Secret.of(session.secret("Key: ")));
        var access = new Context.Access(url, Optional.of(key), session.context().plainHttp());
        Json.Obj status;
        String address;
        try (var api = new Api(access)) {
            status = api.get(Api.Path.of("status"));
            address = api.address();
        }
        var kept = Json.object()
                .put("url", address)
                .put("tenant", status.string("tenant"))
                .put("key", key.reveal());
        SafeFile.writeSecret(file, Output.utf8(SafeJson.pretty(kept.build()) + "\n"));
        session.out()
                .say("Logged in to " + address + " (" + status.string("tenant").orElse("?") + "); kept in " + file
                        + ".");
        return Exit.DONE;
    }
}
