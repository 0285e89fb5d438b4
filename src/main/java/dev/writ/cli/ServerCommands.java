package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ server …}. */
@Command(description = "MCP servers and the definitions of their tools.")
final class ServerCommands {
    private static final String NAME = "The server's name.";
    private static final Column[] FIELDS = {
        Column.at("NAME", "metadata.name"),
        Column.at("STATUS", "status.status"),
        Column.at("TRUST", "spec.trust"),
        new Column("REACHED AT", ServerCommands::reachedAt)
    };

    private final Session session;

    ServerCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Lists servers.")
    int list() {
        session.out().list(session.api().get(Api.Path.of("servers")), FIELDS);
        return Exit.DONE;
    }

    @Command(description = "Shows a server and its tools as they were seen last.")
    int show(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        var server = session.api().get(Api.Path.of("servers", name));
        session.out().one(server, () -> tools(server));
        return Exit.DONE;
    }

    @Command(description = "Registers a server; nothing of it can be called before it is approved.")
    int add(
            @Parameters(index = "0", paramLabel = "NAME", description = NAME) String name,
            @Parameters(
                            index = "1..*",
                            arity = "0..*",
                            paramLabel = "WORD",
                            description = "The command that starts it, behind --, word by word; no shell reads it.")
                    @Nullable
                    List<String> command,
            @Option(names = "--address", paramLabel = "URL", description = "Its streamable HTTP address.")
                    Optional<String> address,
            @Option(names = "--directory", paramLabel = "DIR", description = "Where the command runs.")
                    Optional<String> directory,
            @Option(names = "--trust", paramLabel = "N", description = "How far it is trusted, 0 (not at all) to 9.")
                    Optional<Long> trust,
            @Option(
                            names = "--credential",
                            paramLabel = "SECRET:HEADER",
                            description = "A secret to put into a request header, or a variable of the command.")
                    @Nullable
                    List<String> credentials) {
        var words = Resource.all(command);
        if (address.isPresent() != words.isEmpty())
            throw CliError.usage("a server has either an address or a command", "add --address URL, or -- COMMAND …");
        var places = Credentials.of(Resource.all(credentials));
        var transport = address.map(url -> Json.object().put("kind", "http").put("url", url))
                .orElseGet(() -> Json.object()
                        .put("kind", "stdio")
                        .put("command", words.getFirst())
                        .put("arguments", words.subList(1, words.size()))
                        .put("environment", Credentials.headers(places))
                        .put("directory", directory));
        var spec = Json.object()
                .put("transport", transport.build())
                .put("trust", trust.orElse(0L))
                .put("credentials", new Json.Arr(places));
        var added = session.api().post(Api.Path.of("servers"), Resource.of("Server", name, spec.build()));
        session.out().one(added, FIELDS);
        session.out()
                .say("Next: look at its tools with writ server inspect " + name + ", then writ server approve " + name);
        return Exit.DONE;
    }

    @Command(description = "Asks a server for its tools and shows them, with everything hidden made visible.")
    int inspect(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        var server = session.api().post(Api.Path.of("servers", name, "inspect"), Json.Obj.EMPTY);
        session.out().one(server, () -> {
            tools(server);
            Definitions.of(server).forEach(tool -> tool.show(session));
        });
        return Exit.DONE;
    }

    @Command(
            description = {
                "Approves the definitions of tools as they are now and says what they are. Without a terminal every tool needs"
                        + " its digest (--digest or in the file), or --yes."
            })
    int approve(
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Option(names = "--tool", split = ",", paramLabel = "TOOL", description = "A tool; repeat it for several.")
                    @Nullable
                    List<String> tools,
            @Mixin Classes classes,
            @Option(
                            names = "--path-argument",
                            split = ",",
                            paramLabel = "NAME",
                            description = "An argument that is a path.")
                    @Nullable
                    List<String> paths,
            @Option(
                            names = "--result-label",
                            split = ",",
                            paramLabel = "NAME",
                            description = "A label that its answers put on the task.")
                    @Nullable
                    List<String> labels,
            @Option(names = "--result-trusted", description = "What its answers say comes from a trusted origin.")
                    boolean trusted,
            @Option(names = "--digest", paramLabel = "DIGEST", description = "The definition's digest, for one tool.")
                    Optional<String> digest,
            @Option(
                            names = "--from",
                            paramLabel = "FILE",
                            description = "A Server resource whose spec.tools says all this.")
                    Optional<String> file,
            @Mixin Unasked unasked) {
        if (file.isPresent() == (tools != null))
            throw CliError.usage(
                    "say what the tools are: either --tool with --category and so on, or --from FILE",
                    "see them with writ server inspect " + name);
        var declared = file.isPresent()
                ? Declared.fromFile(session.terminal().path(file.get()), name)
                : Declared.fromOptions(
                        Resource.all(tools), digest, classes.categories, classes.data, paths, labels, trusted);
        return new Approving(session, name).approve(declared, unasked.yes);
    }

    @Command(description = "Shows what changed in a tool's definition since it was approved.")
    int diff(
            @Parameters(index = "0", paramLabel = "NAME", description = NAME) String name,
            @Parameters(index = "1", paramLabel = "TOOL", description = "The tool's name.") String tool) {
        var diff = session.api().get(Api.Path.of("servers", name, "tools", tool, "diff"));
        session.out().one(diff, () -> Definitions.showDiff(session, diff));
        return Exit.DONE;
    }

    @Command(description = "Takes a tool's approval back; its next call is refused.")
    int withdraw(
            @Parameters(index = "0", paramLabel = "NAME", description = NAME) String name,
            @Parameters(index = "1", paramLabel = "TOOL", description = "The tool's name.") String tool) {
        session.out()
                .warnings(session.api().post(Api.Path.of("servers", name, "tools", tool, "withdraw"), Json.Obj.EMPTY));
        session.out().say("Withdrew " + name + "/" + tool + ".");
        return Exit.DONE;
    }

    @Command(description = "Stops all calls to a server.")
    int disable(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        return change(name, "disable");
    }

    @Command(description = "Lets a disabled server be called again.")
    int enable(@Parameters(paramLabel = "NAME", description = NAME) String name) {
        return change(name, "enable");
    }

    private int change(String name, String verb) {
        session.out().one(session.api().post(Api.Path.of("servers", name, verb), Json.Obj.EMPTY), FIELDS);
        return Exit.DONE;
    }

    private void tools(Json.Obj server) {
        var out = session.out();
        out.one(server, FIELDS);
        var tools =
                server.object("status").orElse(Json.Obj.EMPTY).array("tools").orElse(new Json.Arr(List.of()));
        out.data("");
        out.list(
                Json.object().put("items", tools).build(),
                Column.at("TOOL", "name"),
                Column.at("STATE", "state"),
                Column.at("DIGEST", "digest"),
                new Column(
                        "FINDINGS",
                        t -> String.valueOf(
                                t.array("findings").map(f -> f.items().size()).orElse(0))));
        refused(server);
    }

    private void refused(Json.Obj server) {
        for (var tool : Output.objects(server.object("status").orElse(Json.Obj.EMPTY), "refused"))
            session.out().say("refused: the tool " + Column.words(tool, "name") + ": " + Column.words(tool, "reason"));
    }

    private static String reachedAt(Json.Obj server) {
        var transport = Resource.spec(server).object("transport").orElse(Json.Obj.EMPTY);
        return transport.string("url").orElseGet(() -> {
            var words = new java.util.ArrayList<String>();
            transport.string("command").ifPresent(words::add);
            words.addAll(transport.strings("arguments"));
            return words.isEmpty() ? Column.NOTHING : String.join(" ", words);
        });
    }
}
