package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a client wants to hear of (MCP 2026-07-28, basic/patterns/subscriptions, notification filter). Members that we do
 * not know ask for nothing.
 */
record Filter(boolean tools, boolean prompts, boolean resources, Set<String> uris) {
    static final int URIS_MAX = 50;
    static final int URI_CHARS_MAX = 2_048;
    static final Filter NOTHING = new Filter(false, false, false, Set.of());

    static final String TOOLS = "toolsListChanged";
    static final String PROMPTS = "promptsListChanged";
    static final String RESOURCES = "resourcesListChanged";
    static final String URIS = "resourceSubscriptions";

    Filter {
        uris = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(uris));
    }

    /** Empty when it is not of the revision's form, or too large. */
    static Optional<Filter> read(Json.Obj params) {
        var wanted = params.object("notifications");
        if (wanted.isEmpty()) return Optional.empty();
        for (var name : List.of(TOOLS, PROMPTS, RESOURCES))
            if (wanted.get().get(name).isPresent() && wanted.get().bool(name).isEmpty()) return Optional.empty();
        var uris = wanted.get().get(URIS);
        var listed = new ArrayList<String>();
        if (uris.isPresent()) {
            if (!(uris.get() instanceof Json.Arr(var items)) || items.size() > URIS_MAX) return Optional.empty();
            for (var item : items) {
                if (!(item instanceof Json.Str(var uri)) || uri.length() > URI_CHARS_MAX) return Optional.empty();
                listed.add(uri);
            }
        }
        return Optional.of(of(wanted.get(), new LinkedHashSet<>(listed)));
    }

    /** As a server acknowledges it. */
    static Filter acknowledged(Json.Obj params) {
        var honoured = params.object("notifications").orElse(Json.Obj.EMPTY);
        return of(honoured, new LinkedHashSet<>(honoured.strings(URIS)));
    }

    private static Filter of(Json.Obj json, Set<String> uris) {
        return new Filter(
                json.bool(TOOLS).orElse(false),
                json.bool(PROMPTS).orElse(false),
                json.bool(RESOURCES).orElse(false),
                uris);
    }

    Filter or(Filter other) {
        var either = new LinkedHashSet<>(uris);
        either.addAll(other.uris);
        return new Filter(tools || other.tools, prompts || other.prompts, resources || other.resources, either);
    }

    Filter and(Filter other) {
        var both = new LinkedHashSet<>(uris);
        both.retainAll(other.uris);
        return new Filter(tools && other.tools, prompts && other.prompts, resources && other.resources, both);
    }

    boolean empty() {
        return !tools && !prompts && !resources && uris.isEmpty();
    }

    /** Whether a notification is among what is wanted. */
    boolean wants(String method, Json.Obj params) {
        return switch (method) {
            case "notifications/tools/list_changed" -> tools;
            case "notifications/prompts/list_changed" -> prompts;
            case "notifications/resources/list_changed" -> resources;
            case "notifications/resources/updated" ->
                params.string("uri").filter(uris::contains).isPresent();
            default -> false;
        };
    }

    Json.Obj json() {
        var json = Json.object();
        if (tools) json.put(TOOLS, true);
        if (prompts) json.put(PROMPTS, true);
        if (resources) json.put(RESOURCES, true);
        if (!uris.isEmpty()) json.put(URIS, uris);
        return json.build();
    }
}
