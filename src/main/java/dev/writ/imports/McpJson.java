package dev.writ.imports;

import dev.writ.base.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The {@code mcpServers} of Claude Code, Claude Desktop and Cursor, and the {@code servers} of VS Code. */
final class McpJson {
    private static final Set<String> KNOWN =
            Set.of("type", "url", "command", "args", "env", "headers", "cwd", "disabled", "description", "name");
    private static final Map<String, String> TOLD = Map.of(
            "oauth", "sign-in at the server is not supported; put a token with writ secret put",
            "auth", "sign-in at the server is not supported; put a token with writ secret put",
            "headersHelper", "a program that makes headers is not run; put the header's value with writ secret put",
            "envFile", "the file is not read; put its values with writ secret put",
            "alwaysAllow", "not taken over: policies decide what is allowed",
            "autoApprove", "not taken over: policies decide what is allowed");

    private final Gathering gathered;

    McpJson(Gathering gathered) {
        this.gathered = gathered;
    }

    Imported read(Place servers, Imported.Format format) {
        servers.members().forEach(this::entry);
        return gathered.done(format);
    }

    private void entry(String given, Place entry) {
        if (entry.member("disabled").filter(Place::isTrue).isPresent()) {
            gathered.warn(entry, "left out: it is disabled");
            return;
        }
        var url = entry.member("url");
        var command = entry.member("command");
        if (url.isPresent() && command.isPresent())
            throw entry.wrong("has a url and a command, and nobody can say which one counts", "keep one of them.");
        if (url.isEmpty() && command.isEmpty())
            throw entry.wrong("has neither a url nor a command", "add one of them, or delete the entry.");
        if (!supported(entry, url.isPresent())) return;
        gathered.ignored(entry, TOLD, KNOWN);
        var name = gathered.name(entry, given);
        if (url.isPresent()) http(entry, name, url.get());
        else stdio(entry, name, command.orElseThrow());
    }

    /** Whether the entry's transport is one of ours; a missing type follows from url or command. */
    private boolean supported(Place entry, boolean hasUrl) {
        var type = entry.member("type");
        if (type.isEmpty()) return true;
        var given = type.get().line().toLowerCase(Locale.ROOT).replace("_", "-");
        boolean fits =
                switch (given) {
                    case "http", "streamable-http", "streamablehttp" -> hasUrl;
                    case "stdio" -> !hasUrl;
                    case "sse", "ws", "websocket" -> {
                        gathered.warn(
                                entry,
                                "left out: the transport " + given
                                        + " is not supported; ask for the server's streamable HTTP address");
                        yield true;
                    }
                    default ->
                        throw type.get()
                                .wrong("is not a transport that we know", "use http, streamable-http or stdio.");
                };
        if (!fits)
            throw type.get()
                    .wrong(
                            "says " + given + ", but the entry has a " + (hasUrl ? "url" : "command"),
                            "make both agree.");
        return !Set.of("sse", "ws", "websocket").contains(given);
    }

    private void http(Place entry, Name name, Place url) {
        entry.member("env")
                .filter(e -> !e.members().isEmpty())
                .ifPresent(e -> gathered.warn(e, "not taken over: the server is not started by us"));
        var transport = gathered.http(url);
        if (transport.isEmpty()) return;
        var secrets = new ArrayList<Imported.Lifted>();
        entry.member("headers").map(Place::members).orElse(Map.of()).forEach((header, value) -> {
            Gathering.checkHeader(value, header);
            secrets.add(gathered.lift(name, value, header, Optional.of(value.scalar())));
        });
        gathered.add(name, transport.get(), secrets);
    }

    private void stdio(Place entry, Name name, Place command) {
        var environment = entry.member("env").map(Place::members).orElse(Map.of());
        environment.forEach((variable, value) -> Gathering.checkVariable(value, variable));
        var arguments = entry.member("args").map(Place::items).orElse(List.of());
        var written = entry.member("cwd");
        var directory = written.flatMap(gathered::filled);
        if (written.isPresent() && directory.isEmpty()) return;
        var transport = gathered.stdio(command, arguments, environment.keySet(), directory);
        if (transport.isEmpty()) return;
        var secrets = new ArrayList<Imported.Lifted>();
        environment.forEach(
                (variable, value) -> secrets.add(gathered.lift(name, value, variable, Optional.of(value.scalar()))));
        gathered.add(name, transport.get(), secrets);
    }
}
