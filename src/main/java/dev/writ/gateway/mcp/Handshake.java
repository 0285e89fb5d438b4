package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.upstream.McpLink;
import dev.writ.upstream.StatelessLink;
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

    /** @param version the revision of the session */
    static Json.Obj result(Name server, McpLink upstream, String version) {
        return result(
                server,
                version,
                capabilities(upstream),
                upstream.serverInfo().string("version").orElse(""));
    }

    /** The revision of a session: what its server agreed to, or what the client wants of a server without sessions. */
    static String version(McpLink upstream, String wanted) {
        return upstream instanceof StatelessLink ? wanted : upstream.version();
    }

    private static Json.Obj capabilities(McpLink upstream) {
        var capabilities = Json.object();
        for (var name : PASSED_ON) {
            // Subscriptions and the log of the other era are not bridged, and nothing promises them.
            if (upstream instanceof StatelessLink && name.equals("logging")) continue;
            upstream.capabilities()
                    .object(name)
                    .ifPresent(has -> capabilities.put(name, upstream instanceof StatelessLink ? Json.Obj.EMPTY : has));
        }
        return capabilities.build();
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
