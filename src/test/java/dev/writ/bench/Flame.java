package dev.writ.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Draws the samples of a flight recording as a flame graph: how wide a frame is, is its part of the processor's time in
 * Java code. Arguments: the recording, the SVG to write, and a method at which stacks are cut off below, if any.
 * {@code GovernedCallBench} records one with {@code -Dwrit.bench.recording=FILE}.
 */
public final class Flame {
    private static final int WIDTH = 1_600;
    private static final int ROW = 15;
    private static final double NARROWEST = 1.2;
    private static final int DEPTH_MAX = 90;

    private final Map<String, Flame> above = new TreeMap<>();
    private long samples;

    private Flame() {}

    public static void main(String[] arguments) throws IOException {
        var root = new Flame();
        try (var recording = new RecordingFile(Path.of(arguments[0]))) {
            while (recording.hasMoreEvents()) {
                var event = recording.readEvent();
                if (!event.getEventType().getName().equals("jdk.ExecutionSample") || event.getStackTrace() == null)
                    continue;
                root.add(stack(event.getStackTrace().getFrames(), arguments.length > 2 ? arguments[2] : ""));
            }
        }
        Files.writeString(Path.of(arguments[1]), root.svg(), UTF_8);
        System.out.println(root.samples + " samples");
    }

    /** From the outermost frame in; lambdas and their classes are noise. */
    private static List<String> stack(List<RecordedFrame> frames, String from) {
        var names = new ArrayList<String>();
        for (var frame : frames.reversed()) {
            var type = frame.getMethod().getType().getName();
            if (type.contains("$$Lambda")) continue;
            var name = type.substring(type.lastIndexOf('.') + 1) + "."
                    + frame.getMethod().getName();
            if (!from.isEmpty() && name.equals(from)) names.clear();
            names.add(name.replaceAll("lambda\\$(\\w+)\\$\\d+", "$1"));
        }
        return names;
    }

    private void add(List<String> stack) {
        samples++;
        var at = this;
        for (var name : stack.subList(0, Math.min(stack.size(), DEPTH_MAX))) {
            at = at.above.computeIfAbsent(name, _ -> new Flame());
            at.samples++;
        }
    }

    private int depth(double scale) {
        return samples * scale < NARROWEST
                ? 0
                : 1
                        + above.values().stream()
                                .mapToInt(each -> each.depth(scale))
                                .max()
                                .orElse(0);
    }

    private String svg() {
        double scale = WIDTH / (double) Math.max(1, samples);
        int height = depth(scale) * ROW + ROW;
        var out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"monospace\" font-size=\"10\">%n",
                WIDTH,
                height));
        draw(out, "all", 0, height - ROW, scale);
        return out.append("</svg>\n").toString();
    }

    private void draw(StringBuilder out, String name, double x, int y, double scale) {
        double width = samples * scale;
        if (width < NARROWEST) return;
        int red = 205 + Math.floorMod(name.hashCode(), 50);
        int green = name.contains("Seal") || name.contains("Side") ? 90 : 120 + Math.floorMod(name.hashCode() / 50, 90);
        var letters = (int) (width / 6.1);
        var shown = letters < 3 ? "" : name.length() <= letters ? name : name.substring(0, letters - 1) + "…";
        out.append(String.format(
                Locale.ROOT,
                "<g><title>%s: %.1f %%</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"rgb(%d,%d,60)\" rx=\"1\"/>"
                        + "<text x=\"%.1f\" y=\"%d\">%s</text></g>%n",
                escaped(name),
                width * 100 / WIDTH,
                x,
                y,
                Math.max(0.5, width - 0.5),
                ROW - 1,
                red,
                green,
                x + 2,
                y + 11,
                escaped(shown)));
        double at = x;
        for (var each : above.entrySet()) {
            each.getValue().draw(out, each.getKey(), at, y - ROW, scale);
            at += each.getValue().samples * scale;
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
