package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The lines by which two texts differ, keys of ours masked. Only the changed stretch is shown, not what is around it. */
final class Diff {
    private static final Pattern KEY = Pattern.compile("writ_[a-z]+_[A-Za-z0-9_-]+");

    private Diff() {}

    static List<String> lines(byte[] before, byte[] after) {
        var old = new String(before, UTF_8).lines().toList();
        var now = new String(after, UTF_8).lines().toList();
        int same = 0;
        while (same < old.size() && same < now.size() && old.get(same).equals(now.get(same))) same++;
        int tail = 0;
        while (tail < old.size() - same
                && tail < now.size() - same
                && old.get(old.size() - 1 - tail).equals(now.get(now.size() - 1 - tail))) tail++;
        var lines = new ArrayList<String>();
        for (var line : old.subList(same, old.size() - tail)) lines.add("- " + masked(line));
        for (var line : now.subList(same, now.size() - tail)) lines.add("+ " + masked(line));
        return lines;
    }

    private static String masked(String line) {
        return KEY.matcher(line).replaceAll("writ_…");
    }
}
