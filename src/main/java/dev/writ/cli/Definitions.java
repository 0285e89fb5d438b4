package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.List;

/** A tool as its server lists it, shown so that a person can judge it: whole, with nothing hidden. */
record Definitions(Json.Obj tool) {
    static List<Definitions> of(Json.Obj server) {
        var tools = new ArrayList<Definitions>();
        for (var tool : Output.objects(server.object("status").orElse(Json.Obj.EMPTY), "tools"))
            tools.add(new Definitions(tool));
        return tools;
    }

    String name() {
        return tool.string("name").orElse("");
    }

    String digest() {
        return tool.string("digest").orElse("");
    }

    String state() {
        return tool.string("state").orElse("");
    }

    void show(Session session) {
        var out = session.out();
        out.data("");
        out.data(session.ink().strong(Visible.text(name(), 200)) + "  "
                + session.ink().state(Visible.text(state(), 40)) + "  " + Visible.text(digest(), 100));
        tool.members().forEach((member, value) -> {
            if (List.of("name", "state", "digest", "findings").contains(member)) return;
            if (value instanceof Json.Str(var text)) out.shown("  " + member + ": " + text);
            else if (!(value instanceof Json.Null)) {
                out.shown("  " + member + ":");
                SafeJson.pretty(value).lines().forEach(line -> out.data("    " + line));
            }
        });
        findings(session, tool);
    }

    static void showDiff(Session session, Json.Obj diff) {
        var ink = session.ink();
        for (var line : diff.array("lines").map(Json.Arr::items).orElse(List.of())) {
            var text = Visible.text(Column.words(line), Integer.MAX_VALUE);
            session.out().data(text.startsWith("+") ? ink.good(text) : text.startsWith("-") ? ink.bad(text) : text);
        }
        if (diff.array("lines").isEmpty())
            for (var side : List.of("before", "after")) {
                session.out().data(side + ":");
                session.out().data(SafeJson.pretty(diff.get(side).orElse(Json.Null.VALUE)));
            }
        findings(session, diff);
    }

    private static void findings(Session session, Json.Obj of) {
        for (var finding : of.array("findings").map(Json.Arr::items).orElse(List.of())) {
            var text = finding instanceof Json.Obj object
                    ? object.string("text").or(() -> object.string("message")).orElse(SafeJson.line(object))
                    : Column.words(finding);
            session.out().data(session.ink().bad("  ! " + Visible.text(text, Integer.MAX_VALUE)));
        }
    }
}
