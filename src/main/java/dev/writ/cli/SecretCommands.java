package dev.writ.cli;

import dev.writ.base.Json;
import java.util.ArrayList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code writ secret …}. A value is typed unseen or comes on standard input, never as an argument. */
@Command(description = "Secrets that are injected into requests to servers.")
final class SecretCommands {
    private static final String NAME = "The secret's name.";

    private final Session session;

    SecretCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists the names of secrets; values are never shown.")
    int list() {
        var named = new ArrayList<Json>();
        for (var name : names(session.api()))
            named.add(Json.object().put("name", name).build());
        session.out().list(Json.object().put("items", new Json.Arr(named)).build(), Column.at("NAME", "name"));
        return Exit.DONE;
    }

    /** The names of all secrets. */
    static java.util.List<String> names(Api api) {
        var answer = api.get(Api.Path.of("secrets"));
        var names = new ArrayList<>(answer.strings("items"));
        for (var item : Output.items(answer)) item.string("name").ifPresent(names::add);
        return names;
    }

    @Command(description = "Keeps a secret; the value is asked for, or read from standard input.")
    int put(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        var value = session.secret("Value of " + name + ": ");
        session.api()
                .put(
                        Api.Path.of("secrets", name),
                        Json.object().put("value", value).build());
        session.out().say("Kept " + name + ".");
        return Exit.DONE;
    }

    @Command(description = "Deletes a secret; servers that need it stop working.")
    int remove(@Parameters(paramLabel = "NAME", description = NAME) String name, @Mixin Unasked unasked) {
        if (!session.confirmed("Delete the secret " + name + "?", unasked.yes)) return Exit.FAILED;
        session.out().warnings(session.api().delete(Api.Path.of("secrets", name)));
        session.out().say("Deleted " + name + ".");
        return Exit.DONE;
    }
}
