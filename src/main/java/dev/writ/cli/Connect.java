package dev.writ.cli;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ connect}: an agent, a task, a key, and the client's configuration that carries it. */
@Command(
        description = "Writes a client's configuration so that its tools go through Writ: registers the agent if it is"
                + " missing, opens a task, makes a key. The key dies with the task.")
final class Connect implements Callable<Integer> {
    private static final int FILE_BYTES_MAX = 8 << 20;

    @Parameters(paramLabel = "CLIENT", description = "claude-code, codex, cursor or vscode.")
    Client client = Client.CLAUDE_CODE;

    @Option(
            names = "--server",
            split = ",",
            paramLabel = "SERVER",
            description = "A server to use; repeat it or list several with commas.")
    @Nullable
    List<String> servers;

    @Option(names = "--purpose", paramLabel = "TEXT", description = "What the task is for; policies can ask for it.")
    Optional<String> purpose = Optional.empty();

    @Option(names = "--task", paramLabel = "TASK", description = "Use this open task instead of opening one.")
    Optional<String> task = Optional.empty();

    @Option(names = "--agent", paramLabel = "AGENT", description = "The agent's name; else the client's.")
    Optional<String> agent = Optional.empty();

    @Option(names = "--owner", paramLabel = "PERSON", description = "Who answers for a new agent.")
    Optional<String> owner = Optional.empty();

    @Option(
            names = "--category",
            split = ",",
            paramLabel = "NAME",
            description = "Categories of tools that the task may call; read if not given.")
    @Nullable
    List<String> categories;

    @Option(
            names = "--data-class",
            split = ",",
            paramLabel = "NAME",
            description = "Classes of data that it may touch.")
    @Nullable
    List<String> data;

    @Option(names = "--for", paramLabel = "TIME", description = "How long, 8h if not given.")
    Optional<String> duration = Optional.empty();

    @Option(names = "--print", description = "Print the whole new file instead of writing it.")
    boolean print;

    @Option(names = "--undo", description = "Put the file back as it was and end the task.")
    boolean undo;

    private final Session session;

    Connect(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var file = real(client.file(session.terminal()));
        if (undo) return new Disconnecting(session, client, file).undo();
        var before = read(file);
        var earlier = Connection.of(session.context(), file);
        // Whether the file can be changed at all shows before anything is made on the server.
        client.with(
                file, before.orElse(new byte[0]), List.of(new Client.Entry("writ-check", "http://127.0.0.1/", "-")));
        var work = work();
        var key = session.api().post(Api.Path.of("tasks", work.id, "keys"), Json.Obj.EMPTY);
        var after =
                changed(file, before, earlier, entries(work, key.string("key").orElseThrow()));
        if (print) {
            session.out().raw(after);
            return Exit.DONE;
        }
        show(file, before, after);
        write(file, before, after, earlier, work);
        warnOfDirectWays(after, work);
        session.out()
                .say("Next: start " + client + " anew in this folder. writ connect " + client
                        + " --undo takes it back.");
        return Exit.DONE;
    }

    /** The task to work under. */
    private record Work(String id, List<String> servers, boolean opened) {}

    private Work work() {
        if (task.isPresent()) {
            var found = session.api().get(Api.Path.of("tasks", task.get()));
            var allowed =
                    Resource.spec(found).object("scope").orElse(Json.Obj.EMPTY).strings("servers");
            return new Work(Resource.name(found), servers == null ? allowed : servers, false);
        }
        if (servers == null || purpose.isEmpty())
            throw CliError.usage(
                    "a task needs servers and a purpose", "for example: --server shop --purpose \"support case\"");
        var found = agent();
        var person = Resource.spec(found)
                .string("owner")
                .orElseThrow(() -> CliError.usage("the agent has no owner", "see writ agent show"));
        var spec = TaskCommands.spec(
                Resource.name(found),
                person,
                purpose.get(),
                Reach.scope(servers, null, categories == null ? List.of("read") : categories, data));
        spec.put("for", duration.orElse("8h"));
        var opened = session.api().post(Api.Path.of("tasks"), Resource.of("Task", Optional.empty(), spec.build()));
        var id = Resource.name(opened);
        session.out().say("Opened the task " + id + " (" + purpose.get() + ") for " + duration.orElse("8h") + ".");
        return new Work(id, servers, true);
    }

    private Json.Obj agent() {
        var name = agent.orElse(client.toString());
        for (var known : Output.items(session.api().get(Api.Path.of("agents"))))
            if (Resource.name(known).equals(name)) return known;
        var spec = Json.object()
                .put("owner", owner.orElseGet(this::onlyPerson))
                .put("purpose", "work of a person with " + client)
                .build();
        var made = session.api().post(Api.Path.of("agents"), Resource.of("Agent", name, spec));
        session.out().say("Registered the agent " + name + ", owned by " + Column.words(made, "spec.owner") + ".");
        return made;
    }

    private String onlyPerson() {
        var active = Output.items(session.api().get(Api.Path.of("people"))).stream()
                .filter(p -> Column.find(p, "status.active")
                        .filter(new Json.Bool(false)::equals)
                        .isEmpty())
                .toList();
        if (active.size() == 1) return Resource.name(active.getFirst());
        throw CliError.usage("who owns the new agent?", "add --owner E-MAIL; writ person list shows who there is");
    }

    private List<Client.Entry> entries(Work work, String key) {
        var entries = new ArrayList<Client.Entry>();
        for (var server : work.servers) {
            var url = session.api().address() + "/mcp/" + server;
            // Clients take letters, digits, - and _ in a server's name.
            entries.add(new Client.Entry("writ-" + server.replace('.', '-'), url, key));
        }
        return entries;
    }

    private byte[] changed(
            Path file, Optional<byte[]> before, Optional<Connection> earlier, List<Client.Entry> entries) {
        var text = before.orElse(new byte[0]);
        if (earlier.isPresent()) text = client.without(file, text, earlier.get().entries());
        return client.with(file, text, entries);
    }

    private void show(Path file, Optional<byte[]> before, byte[] after) {
        session.out().say(file + (before.isEmpty() ? " (new)" : "") + ":");
        for (var line : Diff.lines(before.orElse(new byte[0]), after))
            session.out().say("  " + line);
        session.out().say("The key in it works for this task only. Do not commit it.");
    }

    /** An entry that bears a governed server's name most likely goes straight to it, past every decision. */
    private void warnOfDirectWays(byte[] after, Work work) {
        for (var name : client.names(after))
            if (work.servers.contains(name.toLowerCase(Locale.ROOT)))
                session.out()
                        .say("warning: the entry " + name + " of this file still reaches " + name
                                + " past Writ; remove it");
    }

    private void write(Path file, Optional<byte[]> before, byte[] after, Optional<Connection> earlier, Work work) {
        boolean untouched = earlier.isPresent()
                && before.isPresent()
                && Digest.of(before.get()).equals(earlier.get().after());
        // A second connect goes back to what was there before the first one, unless the person changed it since.
        var original = untouched
                ? earlier.get().before()
                : earlier.isPresent()
                        ? before.map(
                                text -> client.without(file, text, earlier.get().entries()))
                        : before;
        var names =
                work.servers.stream().map(s -> "writ-" + s.replace('.', '-')).toList();
        var task = work.opened ? Optional.of(work.id) : Optional.<String>empty();
        new Connection(file, original, Digest.of(after), names, session.api().address(), task).keep(session.context());
        SafeFile.write(file, after, "rw-------");
        earlier.flatMap(Connection::task).ifPresent(this::endEarlier);
    }

    private void endEarlier(String id) {
        try {
            session.api().post(Api.Path.of("tasks", id, "complete"), Resource.reason(Optional.of("connected anew")));
            session.out().say("Ended the earlier task " + id + ".");
        } catch (CliError e) {
            session.out().say("The earlier task " + id + " could not be ended: " + e.what());
        }
    }

    static Optional<byte[]> read(Path file) {
        return Files.exists(file) ? Optional.of(Input.file(file, FILE_BYTES_MAX)) : Optional.empty();
    }

    /** Through links, so that a linked file is changed where it lies. */
    private static Path real(Path file) {
        try {
            return Files.exists(file)
                    ? file.toRealPath()
                    : file.toAbsolutePath().normalize();
        } catch (java.io.IOException e) {
            throw new CliError(Exit.FAILED, file + " cannot be read", String.valueOf(e), "check its permissions");
        }
    }
}
