package dev.writ.imports;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** Reads a file of any format that we know and tells which one it is. */
public final class Importer {
    public static final int FILE_BYTES_MAX = 1 << 20;

    private final Function<String, Optional<String>> environment;

    /** @param environment what a variable's name stands for; asked only for names that a file mentions */
    public Importer(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    /**
     * @param file the name to use in messages
     * @throws ImportError when the file as a whole cannot be taken; then nothing of it is
     */
    public Imported read(String file, byte[] content) {
        if (content.length > FILE_BYTES_MAX)
            throw new ImportError(
                    ImportError.Code.TOO_LARGE,
                    file,
                    "is larger than " + FILE_BYTES_MAX + " bytes",
                    "check that it is the right file.");
        var root = Place.root(file, json(file, content));
        var gathered = new Gathering(file, new Variables(environment));
        return switch (format(root)) {
            case MCP_SERVERS -> new McpJson(gathered).read(root.required("mcpServers"), Imported.Format.MCP_SERVERS);
            case VSCODE -> new McpJson(gathered).read(root.required("servers"), Imported.Format.VSCODE);
            // A server.json comes from a stranger and its format has no ${VAR}: none is looked up for it.
            case SERVER_JSON ->
                new ServerJson(new Gathering(file, new Variables(_ -> Optional.empty())))
                        .read(root.member("server").orElse(root));
        };
    }

    private static Imported.Format format(Place root) {
        var members = root.members();
        boolean claude = members.containsKey("mcpServers");
        boolean vscode = members.containsKey("servers");
        if (claude && vscode)
            throw new ImportError(
                    ImportError.Code.UNKNOWN_FORMAT,
                    root.file(),
                    "has mcpServers and servers, and clients read one or the other",
                    "keep one of them.");
        if (claude) return Imported.Format.MCP_SERVERS;
        if (vscode) return Imported.Format.VSCODE;
        if (describesOneServer(root)
                || root.member("server").filter(Importer::describesOneServer).isPresent())
            return Imported.Format.SERVER_JSON;
        throw new ImportError(
                ImportError.Code.UNKNOWN_FORMAT,
                root.file(),
                "has neither mcpServers, nor servers, nor the name with packages or remotes of a server.json",
                "give an mcp.json of Claude, Cursor or VS Code, or a server.json of the MCP registry.");
    }

    private static boolean describesOneServer(Place place) {
        return place.value() instanceof Json.Obj object
                && object.string("name").isPresent()
                && (object.get("packages").isPresent() || object.get("remotes").isPresent());
    }

    private static Json json(String file, byte[] content) {
        try {
            return Jsonc.read(content);
        } catch (JsonError e) {
            throw new ImportError(
                    ImportError.Code.MALFORMED,
                    file + ":" + Lines.at(content, e.offset()),
                    e.reason(),
                    "correct the JSON there.");
        }
    }

    /** Line and column of a byte offset, both from 1. */
    static final class Lines {
        private Lines() {}

        static String at(byte[] text, int offset) {
            var before = new String(text, 0, Math.min(offset, text.length), StandardCharsets.UTF_8);
            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
            int lineFrom = before.lastIndexOf('\n') + 1;
            return line + ":" + (before.codePointCount(lineFrom, before.length()) + 1);
        }
    }
}
