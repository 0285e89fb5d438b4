package dev.writ.imports;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a file holds, in our terms.
 *
 * @param variables names of environment variables whose values were read, so that the person sees which ones left the
 *     shell
 */
public record Imported(
        String file, Format format, List<Server> servers, List<Warning> warnings, List<String> variables) {
    public enum Format {
        /** {@code mcpServers}: Claude Code, Claude Desktop, Cursor. */
        MCP_SERVERS("mcp.json (mcpServers)"),
        /** {@code servers} and {@code inputs}: VS Code. */
        VSCODE("mcp.json of VS Code (servers)"),
        /** The MCP registry's description of one server. */
        SERVER_JSON("server.json of the MCP registry");

        private final String words;

        Format(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** Something of the file that was not taken as it stands; {@code where} is its path in the file. */
    public record Warning(String where, String text) {}

    /**
     * A secret that was lifted out.
     *
     * @param header the request header, or the environment variable of a stdio server
     * @param value empty when the file only names it; somebody has to put it into the vault
     */
    public record Lifted(Name name, String header, Optional<Secret> value, String from) {}

    /** A server to register; its transport is the contract's. */
    public record Server(Name name, Json.Obj transport, List<Lifted> secrets) {
        public Server {
            secrets = List.copyOf(secrets);
        }

        /** The resource as {@code POST /servers} and {@code writ apply} take it; no secret's value is in it. */
        public Json.Obj resource() {
            var credentials = new ArrayList<Json>();
            for (var secret : secrets)
                credentials.add(Json.object()
                        .put("secret", secret.name.text())
                        .put("header", secret.header)
                        .build());
            return Json.object()
                    .put("apiVersion", "writ.dev/v1")
                    .put("kind", "Server")
                    .put("metadata", Json.object().put("name", name.text()).build())
                    .put(
                            "spec",
                            Json.object()
                                    .put("transport", transport)
                                    .put("trust", 0)
                                    .put("credentials", new Json.Arr(credentials))
                                    .build())
                    .build();
        }
    }

    public Imported {
        servers = List.copyOf(servers);
        warnings = List.copyOf(warnings);
        variables = List.copyOf(variables);
    }

    public List<Lifted> secrets() {
        return servers.stream().flatMap(s -> s.secrets().stream()).toList();
    }
}
