package dev.writ.guard.control;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Two JSON values as lines, and what became of the lines: {@code "  "} kept, {@code "- "} gone, {@code "+ "} new. */
final class Diff {
    /** Beyond this the middle is shown as replaced: the table grows with the product of both. */
    private static final int LINES_MAX = 2_000;

    private Diff() {}

    static List<String> lines(Json before, Json after) {
        var old = pretty(before);
        var now = pretty(after);
        int head = 0;
        while (head < old.size() && head < now.size() && old.get(head).equals(now.get(head))) head++;
        int tail = 0;
        while (tail < old.size() - head
                && tail < now.size() - head
                && old.get(old.size() - 1 - tail).equals(now.get(now.size() - 1 - tail))) tail++;
        var lines = new ArrayList<String>();
        mark("  ", old.subList(0, head), lines);
        middle(old.subList(head, old.size() - tail), now.subList(head, now.size() - tail), lines);
        mark("  ", old.subList(old.size() - tail, old.size()), lines);
        return lines;
    }

    private static void middle(List<String> old, List<String> now, List<String> into) {
        if (old.size() > LINES_MAX || now.size() > LINES_MAX) {
            mark("- ", old, into);
            mark("+ ", now, into);
            return;
        }
        var common = common(old, now);
        int i = 0;
        int j = 0;
        while (i < old.size() && j < now.size()) {
            if (old.get(i).equals(now.get(j))) {
                into.add("  " + old.get(i++));
                j++;
            } else if (common[i + 1][j] >= common[i][j + 1]) into.add("- " + old.get(i++));
            else into.add("+ " + now.get(j++));
        }
        mark("- ", old.subList(i, old.size()), into);
        mark("+ ", now.subList(j, now.size()), into);
    }

    /** The length of the longest common subsequence of what follows each pair of places. */
    private static int[][] common(List<String> old, List<String> now) {
        var length = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--)
            for (int j = now.size() - 1; j >= 0; j--)
                length[i][j] = old.get(i).equals(now.get(j))
                        ? length[i + 1][j + 1] + 1
                        : Math.max(length[i + 1][j], length[i][j + 1]);
        return length;
    }

    private static void mark(String mark, List<String> lines, List<String> into) {
        for (var line : lines) into.add(mark + line);
    }

    /** One member to a line, sorted, with everything hidden made visible. */
    static List<String> pretty(Json value) {
        var lines = new ArrayList<String>();
        pretty("", "", value, "", lines);
        return lines;
    }

    private static void pretty(String indent, String before, Json value, String after, List<String> lines) {
        switch (value) {
            case Json.Obj(var members)
            when !members.isEmpty() -> {
                lines.add(indent + before + "{");
                var names = List.copyOf(new TreeMap<>(members).entrySet());
                for (int i = 0; i < names.size(); i++)
                    pretty(
                            indent + "  ",
                            text(Json.of(names.get(i).getKey())) + ": ",
                            names.get(i).getValue(),
                            i + 1 < names.size() ? "," : "",
                            lines);
                lines.add(indent + "}" + after);
            }
            case Json.Arr(var items)
            when !items.isEmpty() -> {
                lines.add(indent + before + "[");
                for (int i = 0; i < items.size(); i++)
                    pretty(indent + "  ", "", items.get(i), i + 1 < items.size() ? "," : "", lines);
                lines.add(indent + "]" + after);
            }
            default -> lines.add(indent + before + text(value) + after);
        }
    }

    private static String text(Json value) {
        return Visible.text(
                new String(Canonical.bytes(value), java.nio.charset.StandardCharsets.UTF_8), Integer.MAX_VALUE);
    }
}
