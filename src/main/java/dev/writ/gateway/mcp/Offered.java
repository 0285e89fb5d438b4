package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.upstream.Revision;
import java.util.List;
import java.util.Map;

/** What of a server's abilities reaches a client of this revision, and which methods come with them. */
final class Offered {
    private static final Map<String, List<String>> DETAILS = Map.of(
            "tools", List.of("listChanged"),
            "prompts", List.of("listChanged"),
            "resources", List.of("listChanged", "subscribe"),
            "completions", List.of());

    private Offered() {}

    /** A caller whose authority has ended sees a server with tools, of which none is left. */
    static Json.Obj capabilities(Hop hop) {
        var offered = Json.object();
        if (hop.upstream().isEmpty())
            return offered.put("tools", Json.Obj.EMPTY).build();
        var link = hop.upstream().get();
        var has = link.capabilities();
        boolean stateless = link.version().equals(Revision.VERSION);
        for (var name : List.of("tools", "prompts", "resources", "completions"))
            has.object(name).ifPresent(capability -> {
                var kept = Json.object();
                for (var detail : DETAILS.getOrDefault(name, List.of()))
                    // A server with sessions has another way to subscribe, which we do not bridge.
                    if (capability.bool(detail).orElse(false) && (stateless || !detail.equals("subscribe")))
                        kept.put(detail, true);
                offered.put(name, kept.build());
            });
        return offered.build();
    }

    static boolean has(Hop hop, String method) {
        var needed =
                switch (method) {
                    case "tools/list", "tools/call" -> "tools";
                    case "prompts/list", "prompts/get" -> "prompts";
                    case "completion/complete" -> "completions";
                    case "resources/list", "resources/templates/list", "resources/read" -> "resources";
                    default -> "";
                };
        return hop.upstream().isEmpty()
                || needed.isEmpty()
                || hop.upstream().get().capabilities().object(needed).isPresent();
    }
}
