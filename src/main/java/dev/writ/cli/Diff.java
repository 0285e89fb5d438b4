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
        var gone = old.subList(same, old.size() - tail);
        var come = now.subList(same, now.size() - tail);
        if (gone.size() == 1 && come.size() == 1)
            return List.of("+ " + masked(changed(gone.getFirst(), come.getFirst())));
        var lines = new ArrayList<String>();
        for (var line : gone) lines.add("- " + masked(line));
        for (var line : come) lines.add("+ " + masked(line));
        return lines;
    }

    /** Of a file that is one long line only what is new in it; the rest may hold secrets of others. */
    private static String changed(String old, String now) {
        int same = 0;
        int most = Math.min(old.length(), now.length());
        while (same < most && old.charAt(same) == now.charAt(same)) same++;
        int tail = 0;
        while (tail < most - same && old.charAt(old.length() - 1 - tail) == now.charAt(now.length() - 1 - tail)) tail++;
        return "…" + now.substring(same, now.length() - tail) + "…";
    }

    private static String masked(String line) {
        return KEY.matcher(line).replaceAll("writ_…");
    }
}
