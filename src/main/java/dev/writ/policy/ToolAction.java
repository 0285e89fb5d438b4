package dev.writ.policy;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.Set;

/**
 * One MCP tool as policies see it: an action {@code call:<server>/<tool>} whose {@code context.input} has the type of
 * the tool's input schema. Made once, when the tool's definition is approved.
 */
public final class ToolAction {
    public static final Uid TOOL_CALL = new Uid("Writ::Action", "tool:call");

    private final Name server;
    private final String tool;
    private final InputType.RecordOf input;
    private final Set<String> paths;

    private ToolAction(Name server, String tool, InputType.RecordOf input, Set<String> paths) {
        this.server = server;
        this.tool = tool;
        this.input = input;
        this.paths = Set.copyOf(paths);
    }

    /**
     * @param inputSchema the tool's {@code inputSchema} from {@code tools/list}
     * @param paths the names of the arguments that are paths, declared by whoever approved the tool
     */
    public static ToolAction of(Name server, String tool, Json.Obj inputSchema, Set<String> paths) {
        if (tool.isEmpty()) throw new IllegalArgumentException("a tool has a name");
        return new ToolAction(server, tool, InputType.ofInputSchema(inputSchema), paths);
    }

    /** {@code Writ::Action::"call:<server>/<tool>"}. */
    public Uid uid() {
        return uid(server, tool);
    }

    public static Uid uid(Name server, String tool) {
        return new Uid("Writ::Action", "call:" + server.text() + "/" + tool);
    }

    /** The action as an entity of a question. */
    public Entity entity() {
        return Entity.of(uid(), TOOL_CALL);
    }

    /** The Cedar type of {@code context.input}. */
    public String inputType() {
        return input.text();
    }

    /** This tool's part of a tenant's schema. */
    public String schemaText() {
        return "  action " + CedarText.quoted(uid().id())
                + " in [\"tool:call\"] appliesTo { principal: [Agent, Run], resource: Tool, context: {\n"
                + "    now: datetime, task: Task, approvals: Set<Group>, consented: Bool, caller: String,"
                + " binding: String, depth: Long,\n"
                + "    modelOutput: String, untrustedInputs: Set<String>,\n"
                + "    input: " + input.text() + " } };\n";
    }

    /** Types a call's arguments, after the paths among them are normalised. */
    public Arguments arguments(Json.Obj arguments) {
        var forward = arguments;
        for (var name : paths) {
            var given = arguments.members().get(name);
            if (given == null) continue;
            switch (normalised(given)) {
                case Fine(var json) -> forward = json.equals(given) ? forward : forward.with(name, json);
                case Refusal(var reason) -> {
                    return new Arguments.Refused(Visible.text(name, 80), reason);
                }
            }
        }
        return new Arguments.Typed(input.record(forward.members()), forward);
    }

    private sealed interface Checked {}

    private record Fine(Json json) implements Checked {}

    private record Refusal(String reason) implements Checked {}

    private static Checked normalised(Json given) {
        return switch (given) {
            case Json.Str(var path) ->
                switch (PathRule.apply(path)) {
                    case PathRule.Normal(var normal) -> new Fine(new Json.Str(normal));
                    case PathRule.Bad(var reason) -> new Refusal(reason);
                };
            case Json.Arr(var items) -> {
                var paths = new ArrayList<Json>();
                for (var item : items) {
                    switch (normalised(item)) {
                        case Fine(var json) -> paths.add(json);
                        case Refusal refusal -> {
                            yield refusal;
                        }
                    }
                }
                yield new Fine(new Json.Arr(paths));
            }
            case Json.Null _, Json.Bool _, Json.Num _, Json.Obj _ -> new Refusal("a path is a text");
        };
    }
}
