package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.imports.ImportError;
import dev.writ.imports.Imported;
import dev.writ.imports.Importer;
import dev.writ.imports.StarterPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ import}: reads every file first, then puts secrets, then servers, then starter policies. */
@Command(
        description = "Registers the servers of an mcp.json (Claude, Cursor, VS Code) or server.json (MCP registry)."
                + " Values of headers and variables go into the vault; nothing can be called before it is approved.")
final class Import implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files.")
    List<String> files = List.of();

    @Option(names = "--dry-run", description = "Only print the resources; no server is needed.")
    boolean dryRun;

    @Option(
            names = "--policies",
            paramLabel = "DIR",
            description = "Where starter policies go; else the tenant's policy folder in the data folder.")
    Optional<String> policies = Optional.empty();

    private final Session session;

    Import(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var imported = new ArrayList<Imported>();
        for (var file : files) imported.add(read(file));
        checkNamesOnce(imported);
        imported.forEach(this::tell);
        if (dryRun) {
            var resources = new ArrayList<Json>();
            for (var one : imported) for (var server : one.servers()) resources.add(server.resource());
            session.out()
                    .documents(
                            Json.object().put("items", new Json.Arr(resources)).build());
            session.out().say("Nothing was changed.");
            return Exit.DONE;
        }
        return register(imported);
    }

    private Imported read(String file) {
        var content = Input.file(session.terminal().path(file), Importer.FILE_BYTES_MAX + 1);
        try {
            return new Importer(this::variable).read(file, content);
        } catch (ImportError e) {
            throw new CliError(Exit.FAILED, String.valueOf(e.getMessage()), "nothing was imported", e.next());
        }
    }

    /** Writ's own credentials are no server's business, whatever a file asks for. */
    private Optional<String> variable(String name) {
        if (name.startsWith("WRIT_")) return Optional.empty();
        return session.terminal().variable(name);
    }

    private static void checkNamesOnce(List<Imported> imported) {
        var names = new HashSet<String>();
        for (var one : imported)
            for (var server : one.servers())
                if (!names.add(server.name().text()))
                    throw CliError.usage(
                            "two files have a server " + server.name(), "import one after the other, or rename it");
    }

    private void tell(Imported imported) {
        var out = session.out();
        out.say(imported.file() + ": " + imported.format().words() + ", "
                + count(imported.servers().size(), "server"));
        for (var warning : imported.warnings())
            out.say("  warning: " + (warning.where().isEmpty() ? "" : warning.where() + ": ") + warning.text());
        if (!imported.variables().isEmpty())
            out.say("  read from your environment: " + String.join(", ", imported.variables()));
    }

    private int register(List<Imported> imported) {
        var known = names(session.api().get(Api.Path.of("servers")));
        var secrets = new HashSet<>(SecretCommands.names(session.api()));
        var answers = new ArrayList<Json>();
        boolean skipped = false;
        for (var one : imported) {
            for (var server : one.servers()) {
                if (known.contains(server.name().text())) {
                    session.out().say(server.name() + " is registered already and was left as it is.");
                    skipped = true;
                    continue;
                }
                lift(one, server, secrets);
                answers.add(session.api().post(Api.Path.of("servers"), server.resource()));
                starter(one, server);
            }
        }
        session.out()
                .list(
                        Json.object().put("items", new Json.Arr(answers)).build(),
                        Column.at("NAME", "metadata.name"),
                        Column.at("STATUS", "status.status"));
        for (var answer : answers)
            if (answer instanceof Json.Obj server) {
                var name = Resource.name(server);
                session.out().say("Next: writ server inspect " + name + ", then writ server approve " + name);
            }
        return skipped ? Exit.CONFLICT : Exit.DONE;
    }

    private void lift(Imported from, Imported.Server server, Set<String> there) {
        var moved = new ArrayList<String>();
        for (var secret : server.secrets()) {
            var name = secret.name().text();
            if (secret.value().isEmpty()) continue;
            if (there.contains(name)) {
                session.out()
                        .say("  kept the secret " + name + " that is there; replace it with writ secret put " + name);
                continue;
            }
            var value =
                    Json.object().put("value", secret.value().get().reveal()).build();
            session.api().put(Api.Path.of("secrets", name), value);
            moved.add(name + " (" + secret.from() + ")");
        }
        if (moved.isEmpty()) return;
        session.out()
                .say(count(moved.size(), "secret") + " moved out of " + from.file() + ": " + String.join(", ", moved));
        session.out().say("  " + from.file() + " itself was not changed: delete them there.");
    }

    private void starter(Imported from, Imported.Server server) {
        var folder = policies.map(p -> session.terminal().path(p)).or(this::tenantFolder);
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            session.out().say("No starter policy was written: name the policy folder with --policies.");
            return;
        }
        var file = folder.get().resolve(StarterPolicy.fileName(server.name()));
        if (Files.exists(file)) {
            session.out().say(file + " is there already and was left as it is.");
            return;
        }
        SafeFile.write(file, Output.utf8(StarterPolicy.text(server.name(), from.file())), "rw-r--r--");
        session.out().say("Wrote " + file + ", all of it comments: it permits nothing yet.");
    }

    private Optional<Path> tenantFolder() {
        return session.context().dataFolder().flatMap(data -> session.context()
                .tenant()
                .map(tenant -> data.resolve("policies").resolve(tenant)));
    }

    private static Set<String> names(Json.Obj servers) {
        var names = new HashSet<String>();
        for (var server : Output.items(servers)) names.add(Resource.name(server));
        return names;
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
