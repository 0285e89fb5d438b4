package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ group …}. */
@Command(description = "Groups of people, who approve, and of agents.")
final class GroupCommands {
    private static final String NAME = "The group's name.";
    private static final String MEMBER = "A person's e-mail address or an agent's name.";
    private static final Column[] FIELDS = {
        Column.at("NAME", "metadata.name"),
        Column.at("OF", "spec.of"),
        Column.at("QUORUM", "spec.quorum"),
        Column.at("PROOF", "spec.proof"),
        Column.at("SEPARATION", "spec.separation"),
        Column.at("MEMBERS", "spec.members")
    };

    private final Session session;

    GroupCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists groups.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("groups")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Shows a group.")
    int show(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        session.out().one(session.api().get(Api.Path.of("groups", name)), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Makes a group. An empty group of people approves nothing.")
    int create(
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Option(names = "--of", required = true, paramLabel = "KIND", description = "people or agents.") String of,
            @Option(names = "--quorum", paramLabel = "N", description = "How many must approve.") Optional<Long> quorum,
            @Option(
                            names = "--proof",
                            paramLabel = "PROOF",
                            description = "What an approval needs at least: cli, session or passkey.")
                    Optional<String> proof,
            @Option(
                            names = "--separation",
                            description = "Nobody approves what is done in their own name or by their own agent.")
                    boolean separation,
            @Option(names = "--member", split = ",", paramLabel = "MEMBER", description = MEMBER) @Nullable
                    List<String> members) {
        var spec = Json.object().put("of", of);
        quorum.ifPresent(n -> spec.put("quorum", n));
        spec.put("proof", proof);
        if (separation) spec.put("separation", true);
        spec.put("members", Resource.all(members));
        session.out().one(session.api().post(Api.Path.of("groups"), Resource.of("Group", name, spec.build())), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Adds a member.")
    int add(
            @Parameters(index = "0", paramLabel = "NAME", description = NAME) String name,
            @Parameters(index = "1", paramLabel = "MEMBER", description = MEMBER) String member) {
        session.out().warnings(session.api().put(Api.Path.of("groups", name, "members", member), Json.Obj.EMPTY));
        session.out().say(member + " is in " + name + ".");
        return Exit.DONE;
    }

    @Command(description = "Removes a member.")
    int remove(
            @Parameters(index = "0", paramLabel = "NAME", description = NAME) String name,
            @Parameters(index = "1", paramLabel = "MEMBER", description = MEMBER) String member) {
        session.out().warnings(session.api().delete(Api.Path.of("groups", name, "members", member)));
        session.out().say(member + " is no longer in " + name + ".");
        return Exit.DONE;
    }
}
