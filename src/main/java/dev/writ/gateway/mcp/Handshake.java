package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.upstream.McpLink;
import java.util.List;

/** What a client is told when a session opens: what the server can do, as far as we pass it on, in our own words. */
final class Handshake {
    /** At most 512 characters and complete in itself: some clients show no more (docs/agents.md). */
    static final String INSTRUCTIONS =
            "Calls here are governed by Writ. A DENIED, PENDING or QUARANTINED result is not an"
                    + " error of yours: relay its first line to the user. After PENDING is approved, make the identical call again."
                    + " Never split, disguise or reroute an action to get around a refusal. REVOKED means stop.";

    private static final List<String> PASSED_ON = List.of("tools", "prompts", "resources", "completions", "logging");

    private Handshake() {}

    /** @param version the revision that we speak with the client, which may be of another era than the server's */
    static Json.Obj result(Name server, McpLink upstream, String version) {
        var capabilities = Json.object();
        for (var name : PASSED_ON)
            upstream.capabilities()
                    .object(name)
                    .filter(_ -> upstream.version().equals(version) || !name.equals("logging"))
                    .ifPresent(capability ->
                            capabilities.put(name, upstream.version().equals(version) ? capability : Json.Obj.EMPTY));
        return result(
                server,
                version,
                capabilities.build(),
                upstream.serverInfo().string("version").orElse(""));
    }

    /** For a session over several servers: what any of them may have. */
    static Json.Obj joint(String version) {
        var changes = Json.object().put("listChanged", true).build();
        var capabilities = Json.object()
                .put("tools", changes)
                .put("prompts", changes)
                .put("resources", changes.with("subscribe", Json.of(true)))
                .put("completions", Json.Obj.EMPTY)
                .put("logging", Json.Obj.EMPTY)
                .build();
        return result(new Name("writ"), version, capabilities, "");
    }

    /** For a caller whose authority has ended: a server with tools, of which none is left. */
    static Json.Obj resultWithoutServer(Name server, String version) {
        return result(
                server, version, Json.object().put("tools", Json.Obj.EMPTY).build(), "");
    }

    private static Json.Obj result(Name server, String version, Json.Obj capabilities, String serverVersion) {
        // The registered name: what a server calls itself is its own claim.
        var info = Json.object()
                .put("name", server.text())
                .put("version", serverVersion.matches("[0-9A-Za-z.+-]{1,40}") ? serverVersion : "0")
                .build();
        return Json.object()
                .put("protocolVersion", version)
                .put("capabilities", capabilities)
                .put("serverInfo", info)
                .put("instructions", INSTRUCTIONS)
                .build();
    }
}
