package dev.writ.cli;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Draws the way of a task from the person to the agents, with what each step narrowed. */
final class Chain {
    private Chain() {}

    static void draw(Json.Obj task, Output out) {
        var chain = task.object("status")
                .map(status -> Output.objects(status, "chain"))
                .orElse(List.of());
        if (chain.isEmpty()) return;
        out.data("CHAIN");
        for (var step : chain) {
            int depth = Math.toIntExact(step.integer("depth").orElse(0L));
            if (depth == 0) {
                out.shown("  " + text(step, "name") + through(step));
                continue;
            }
            var indent = "  " + "   ".repeat(depth - 1);
            boolean here = step.bool("here").orElse(false);
            out.shown(indent + "└─ " + text(step, "name") + "  " + Column.brief(text(step, "task")) + " "
                    + text(step, "state") + (here ? "  (this task)" : ""));
            out.shown(indent + "     " + may(step));
            for (var narrowed : step.strings("narrowed")) out.shown(indent + "     narrowed: " + narrowed);
        }
    }

    private static String through(Json.Obj step) {
        return switch (text(step, "through")) {
            case "mandate" -> "  (by mandate)";
            case "break-glass" -> "  (break-glass)";
            default -> "  (opened by " + text(step, "openedBy") + ")";
        };
    }

    private static String may(Json.Obj step) {
        var scope = step.object("scope").orElse(Json.Obj.EMPTY);
        var parts = new ArrayList<String>();
        parts.add(scope.array("tools").isPresent() ? words(scope, "tools") : words(scope, "servers") + ": all tools");
        parts.add("categories " + words(scope, "categories"));
        parts.add("data " + words(scope, "data"));
        parts.add(step.integer("calls").orElse(0L) + " calls");
        parts.add("until " + text(step, "until"));
        var labels = words(step, "labels");
        if (!labels.equals("none")) parts.add("labels " + labels);
        return parts.stream().collect(Collectors.joining(" · "));
    }

    private static String words(Json.Obj of, String member) {
        var words = of.strings(member);
        return words.isEmpty() ? "none" : String.join(", ", words);
    }

    private static String text(Json.Obj of, String member) {
        return of.string(member).orElse("");
    }
}
