package dev.writ.cli;

import dev.writ.base.Json;
import java.util.LinkedHashMap;

/** Approves tools of a server: what is sent is the digest of exactly the definition that was shown. */
final class Approving {
    private final Session session;
    private final String server;

    Approving(Session session, String server) {
        this.session = session;
        this.server = server;
    }

    int approve(Declared declared, boolean yes) {
        boolean explicit = declared.tools().values().stream()
                .allMatch(t -> t.string("digest").isPresent());
        if (!explicit && !yes && !session.terminal().interactive())
            throw CliError.usage(
                    "without a terminal every tool needs the digest of the definition that you mean",
                    "add --digest (writ server inspect " + server + " prints it), or --yes");
        var listed = session.api().post(Api.Path.of("servers", server, "inspect"), Json.Obj.EMPTY);
        var tools = new LinkedHashMap<String, Json>();
        declared.tools().forEach((name, said) -> tools.put(name, withDigest(find(listed, name), said)));
        if (!yes && session.terminal().interactive() && !agreed(listed, declared)) return Exit.FAILED;
        var body = Json.object().put("tools", new Json.Obj(tools)).build();
        var approved = session.api().post(Api.Path.of("servers", server, "approve"), body);
        session.out().one(approved, () -> session.out().say("Approved " + String.join(", ", tools.keySet()) + "."));
        session.out().say("Next: permit it in a policy, then writ policy publish");
        return Exit.DONE;
    }

    private boolean agreed(Json.Obj listed, Declared declared) {
        declared.tools().forEach((name, said) -> {
            var tool = find(listed, name);
            tool.show(session);
            if (tool.state().equals("changed") || tool.state().equals("quarantined"))
                Definitions.showDiff(session, session.api().get(Api.Path.of("servers", server, "tools", name, "diff")));
            session.out().data("  you say: " + SafeJson.line(said.without("digest")));
        });
        return session.confirmed("Approve these definitions?", false);
    }

    private Definitions find(Json.Obj listed, String tool) {
        return Definitions.of(listed).stream()
                .filter(t -> t.name().equals(tool) && !t.digest().isEmpty())
                .findFirst()
                .orElseThrow(() -> new CliError(
                        Exit.FAILED, server + " lists no tool " + tool, "", "see writ server inspect " + server));
    }

    private Json withDigest(Definitions tool, Json.Obj said) {
        var expected = said.string("digest");
        if (expected.isPresent() && !expected.get().equals(tool.digest()))
            throw new CliError(
                    Exit.CONFLICT,
                    "the definition of " + tool.name() + " is another one now",
                    "expected " + expected.get() + ", the server lists " + tool.digest(),
                    "look at it with writ server inspect " + server);
        return said.with("digest", Json.of(tool.digest()));
    }
}
