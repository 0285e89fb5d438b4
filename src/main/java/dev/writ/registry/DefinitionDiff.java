package dev.writ.registry;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Two definitions compared line by line, for people: members sorted, one value per line, the lines of a longer text one
 * by one, every hidden character visible and nothing cut.
 */
public final class DefinitionDiff {
    /** Beyond this many comparisons the differing middle is shown as all removed, all added. */
    private static final long COMPARISONS_MAX = 4_000_000;

    private DefinitionDiff() {}

    /** A line and what became of it. */
    public record Line(Kind kind, String text) {
        /** Same, only in the old definition, only in the new one. */
        public enum Kind {
            SAME,
            REMOVED,
            ADDED
        }
    }

    /** @param before absent for a definition that was never approved: then every line is added */
    public static List<Line> of(Optional<Definition> before, Definition after) {
        return compare(before.map(DefinitionDiff::lines).orElse(List.of()), lines(after));
    }

    /** A definition as lines, as it is shown alone. */
    public static List<String> lines(Definition definition) {
        var lines = new ArrayList<String>();
        write(definition.json(), "", "", lines);
        return lines;
    }

    private static void write(Json value, String indent, String label, List<String> lines) {
        switch (value) {
            case Json.Obj object -> {
                lines.add(indent + label + "{");
                for (var member : new TreeMap<>(object.members()).entrySet())
                    write(member.getValue(), indent + "  ", quoted(member.getKey()) + ": ", lines);
                lines.add(indent + "}");
            }
            case Json.Arr array -> {
                lines.add(indent + label + "[");
                for (var item : array.items()) write(item, indent + "  ", "", lines);
                lines.add(indent + "]");
            }
            case Json.Str(var text)
            when text.indexOf('\n') >= 0 -> {
                lines.add(indent + label + "\"");
                for (var line : text.split("\n", -1)) lines.add(indent + "  | " + escaped(line));
                lines.add(indent + "\"");
            }
            case Json.Str(var text) -> lines.add(indent + label + quoted(text));
            case Json.Num(var lexeme) -> lines.add(indent + label + lexeme);
            case Json.Bool(var bool) -> lines.add(indent + label + bool);
            case Json.Null _ -> lines.add(indent + label + "null");
        }
    }

    private static String quoted(String text) {
        return '"' + escaped(text) + '"';
    }

    /** Backslashes are doubled, so that a text which spells an escape differs from the character it names. */
    private static String escaped(String text) {
        return Visible.text(text.replace("\\", "\\\\").replace("\"", "\\\""), Integer.MAX_VALUE);
    }

    private static List<Line> compare(List<String> before, List<String> after) {
        int head = 0;
        while (head < Math.min(before.size(), after.size()) && before.get(head).equals(after.get(head))) head++;
        int tail = 0;
        while (tail < Math.min(before.size(), after.size()) - head
                && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) tail++;
        var lines = new ArrayList<Line>();
        for (var line : before.subList(0, head)) lines.add(new Line(Line.Kind.SAME, line));
        middle(before.subList(head, before.size() - tail), after.subList(head, after.size() - tail), lines);
        for (var line : before.subList(before.size() - tail, before.size())) lines.add(new Line(Line.Kind.SAME, line));
        return lines;
    }

    /** The longest common subsequence, by dynamic programming. */
    private static void middle(List<String> before, List<String> after, List<Line> lines) {
        boolean affordable = (long) before.size() * after.size() <= COMPARISONS_MAX;
        var common = affordable ? commonLengths(before, after) : new int[0][];
        int i = 0;
        int j = 0;
        while (affordable && i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                lines.add(new Line(Line.Kind.SAME, before.get(i)));
                i++;
                j++;
            } else if (common[i + 1][j] >= common[i][j + 1]) {
                lines.add(new Line(Line.Kind.REMOVED, before.get(i++)));
            } else {
                lines.add(new Line(Line.Kind.ADDED, after.get(j++)));
            }
        }
        while (i < before.size()) lines.add(new Line(Line.Kind.REMOVED, before.get(i++)));
        while (j < after.size()) lines.add(new Line(Line.Kind.ADDED, after.get(j++)));
    }

    private static int[][] commonLengths(List<String> before, List<String> after) {
        var length = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--)
            for (int j = after.size() - 1; j >= 0; j--)
                length[i][j] = before.get(i).equals(after.get(j))
                        ? length[i + 1][j + 1] + 1
                        : Math.max(length[i + 1][j], length[i][j + 1]);
        return length;
    }
}
