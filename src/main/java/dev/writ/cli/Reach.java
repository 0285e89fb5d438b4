package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a new task may reach: servers, tools of them, and classes of tools and data. */
final class Reach {
    @Option(
            names = "--server",
            required = true,
            split = ",",
            paramLabel = "SERVER",
            description = "A server that it may use; repeat it or list several with commas.")
    private List<String> servers = List.of();

    @Option(names = "--tool", split = ",", paramLabel = "SERVER/TOOL", description = "Only these tools of the servers.")
    @Nullable
    private List<String> tools;

    @Mixin
    private final Classes classes = new Classes();

    Json.Obj scope() {
        return scope(servers, tools, classes.categories, classes.data);
    }

    static Json.Obj scope(
            List<String> servers,
            @Nullable List<String> tools,
            @Nullable List<String> categories,
            @Nullable List<String> data) {
        var scope = Json.object().put("servers", servers);
        if (tools != null) scope.put("tools", tools);
        return scope.put("categories", Resource.all(categories))
                .put("data", Resource.all(data))
                .build();
    }
}
