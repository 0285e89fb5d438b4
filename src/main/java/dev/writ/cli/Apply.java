package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code writ apply}. */
@Command(description = "Makes things as resource files say; all are checked before the first is changed.")
final class Apply implements Callable<Integer> {
    private static final Column[] FIELDS = {
        Column.at("KIND", "kind"), Column.at("NAME", "name"), Column.at("CHANGE", "change"), Column.at("WHY", "why")
    };

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE|DIR|-",
            description = "YAML or JSON, a folder of such files, or - for standard input; repeat it for several.")
    List<String> files = List.of();

    @Option(names = "--dry-run", description = "Only say what would change.")
    boolean dryRun;

    private final Session session;

    Apply(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var resources = new ArrayList<Json>();
        for (var file : files) {
            if (file.equals("-"))
                add(
                        "standard input",
                        Declared.documents(
                                "standard input",
                                Input.text(session.terminal().in()).getBytes(UTF_8)),
                        resources);
            else
                for (var path : paths(session.terminal().path(file)))
                    add(path.toString(), Declared.documents(path), resources);
        }
        if (resources.isEmpty()) throw CliError.usage("there is no resource in these files", "writ export prints some");
        var body = Json.object()
                .put("resources", new Json.Arr(resources))
                .put("dryRun", dryRun)
                .build();
        var answer = session.api().post(Api.Path.of("apply"), body);
        session.out().list(answer, FIELDS);
        boolean refused = Output.items(answer).stream()
                .anyMatch(i -> i.string("change").filter("refused"::equals).isPresent());
        if (dryRun) session.out().say("Nothing was changed.");
        return refused ? Exit.FAILED : Exit.DONE;
    }

    private static void add(String file, List<Json> documents, List<Json> resources) {
        for (var document : documents) {
            if (document instanceof Json.Null) continue; // an empty document between two ---
            if (!(document instanceof Json.Obj object))
                throw CliError.usage(file + " holds something that is no resource", "write kind, metadata and spec");
            if (object.string("kind").isEmpty() && object.array("items").isPresent())
                add(file, object.array("items").get().items(), resources);
            else resources.add(object);
        }
    }

    private static List<Path> paths(Path file) {
        if (!Files.isDirectory(file)) return List.of(file);
        try (var found = Files.list(file)) {
            return found.filter(f -> f.getFileName().toString().matches("[^.].*\\.(yaml|yml|json)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new CliError(Exit.FAILED, file + " cannot be read", String.valueOf(e), "check its permissions");
        }
    }
}
