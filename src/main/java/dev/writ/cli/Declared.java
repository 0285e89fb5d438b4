package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.imports.ImportError;
import dev.writ.imports.Yaml;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a person says tools are, by the tools' names, in the form of a Server's {@code spec.tools}. */
record Declared(Map<String, Json.Obj> tools) {
    static Declared fromOptions(
            List<String> tools,
            Optional<String> digest,
            @Nullable List<String> categories,
            @Nullable List<String> data,
            @Nullable List<String> paths,
            @Nullable List<String> labels,
            boolean trusted) {
        if (digest.isPresent() && tools.size() != 1)
            throw CliError.usage("--digest belongs to one tool", "give one --tool, or use --from FILE");
        var declared = new LinkedHashMap<String, Json.Obj>();
        for (var tool : tools)
            declared.put(
                    tool,
                    Json.object()
                            .put("digest", digest)
                            .put("categories", Resource.all(categories))
                            .put("data", Resource.all(data))
                            .put("pathArguments", Resource.all(paths))
                            .put("resultLabels", Resource.all(labels))
                            .put("resultTrusted", trusted)
                            .build());
        return new Declared(declared);
    }

    static Declared fromFile(Path file, String server) {
        for (var document : documents(file)) {
            if (!(document instanceof Json.Obj resource)
                    || !Resource.name(resource).equals(server)) continue;
            var declared = new LinkedHashMap<String, Json.Obj>();
            Resource.spec(resource)
                    .object("tools")
                    .orElse(Json.Obj.EMPTY)
                    .members()
                    .forEach((tool, said) -> {
                        if (!(said instanceof Json.Obj object))
                            throw CliError.usage(
                                    "spec.tools of " + file + " has no object for " + tool, "write it as {…}");
                        declared.put(tool, object);
                    });
            if (!declared.isEmpty()) return new Declared(declared);
        }
        throw CliError.usage(
                file + " has no Server named " + server + " with spec.tools", "writ export prints the form");
    }

    /** The documents of a resource file. JSON is YAML, so one reader is enough. */
    static List<Json> documents(Path file) {
        return documents(file.toString(), Input.file(file, Yaml.TEXT_BYTES_MAX));
    }

    static List<Json> documents(String name, byte[] content) {
        try {
            return Yaml.read(name, content);
        } catch (ImportError e) {
            throw new CliError(Exit.FAILED, String.valueOf(e.getMessage()), "", e.next());
        }
    }
}
