package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.imports.Jsonc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A program that agents run in, and how its configuration names a server. */
enum Client {
    CLAUDE_CODE("claude-code"),
    CODEX("codex"),
    CURSOR("cursor"),
    VSCODE("vscode");

    private final String word;

    Client(String word) {
        this.word = word;
    }

    /** A server for the client to use: its name there, its address, the key. */
    record Entry(String name, String url, String key) {
        private String authorization() {
            return "Bearer " + key;
        }
    }

    /** The file: in the project, except for Codex, which has only the person's own. */
    Path file(Terminal terminal) {
        return switch (this) {
            case CLAUDE_CODE -> terminal.directory().resolve(".mcp.json");
            case CURSOR -> terminal.directory().resolve(".cursor").resolve("mcp.json");
            case VSCODE -> terminal.directory().resolve(".vscode").resolve("mcp.json");
            case CODEX ->
                terminal.variable("CODEX_HOME")
                        .map(Path::of)
                        .or(() -> terminal.variable("HOME").map(h -> Path.of(h, ".codex")))
                        .orElseThrow(() -> CliError.usage("neither CODEX_HOME nor HOME is set", "set HOME"))
                        .resolve("config.toml");
        };
    }

    /** The text of the file with these entries, everything else as it was. @throws CliError if it is malformed */
    byte[] with(Path file, byte[] before, List<Entry> entries) {
        var text = before;
        for (var entry : entries)
            text = this == CODEX
                    ? TomlEdit.put(file, text, List.of("mcp_servers", entry.name), toml(entry))
                    : JsonEdit.put(file, text, section(), entry.name, json(entry));
        return text;
    }

    /** The text without the entries of these names; those that are not there are no matter. */
    byte[] without(Path file, byte[] before, List<String> names) {
        var text = before;
        for (var name : names)
            text = this == CODEX
                    ? TomlEdit.remove(file, text, List.of("mcp_servers", name))
                    : JsonEdit.remove(file, text, section(), name);
        return text;
    }

    /** The names of the servers that a well-formed file has. */
    List<String> names(byte[] text) {
        if (this == CODEX)
            return TomlScan.tables(new String(text, StandardCharsets.UTF_8)).stream()
                    .filter(t -> t.path().size() > 1 && t.path().getFirst().equals("mcp_servers"))
                    .map(t -> t.path().get(1))
                    .distinct()
                    .toList();
        return Jsonc.read(text) instanceof Json.Obj root
                ? List.copyOf(
                        root.object(section()).orElse(Json.Obj.EMPTY).members().keySet())
                : List.of();
    }

    private String section() {
        return this == VSCODE ? "servers" : "mcpServers";
    }

    private Json.Obj json(Entry entry) {
        var json = Json.object();
        // Cursor tells the transport by the url and knows no type.
        if (this != CURSOR) json.put("type", "http");
        return json.put("url", entry.url)
                .put(
                        "headers",
                        Json.object()
                                .put("Authorization", entry.authorization())
                                .build())
                .build();
    }

    private static List<String> toml(Entry entry) {
        return List.of(
                "url = " + SafeJson.quoted(entry.url),
                "http_headers = { Authorization = " + SafeJson.quoted(entry.authorization()) + " }");
    }

    @Override
    public String toString() {
        return word;
    }
}
