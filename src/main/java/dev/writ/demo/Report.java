package dev.writ.demo;

import dev.writ.base.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Tells the story: text for people, or one JSON object for each step. */
final class Report {
    private static final String[] HEAD = {
        "Writ decides every action of an agent before it happens and can prove it afterwards.",
        "This demo talks over real HTTP to a real server that it has started for you."
    };

    private final PrintStream out;
    private final boolean json;

    Report(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /**
     * One step of the story.
     *
     * @param received what came back, word for word
     * @param verdict one word, or a few
     */
    record Step(int number, String title, String request, String received, String verdict, double ms, String record) {}

    void head(String url, String shop, String data) {
        if (json) return;
        out.println();
        for (var line : HEAD) out.println(line);
        out.println();
        out.println("  server   " + url + "   (data in " + data + ")");
        out.println("  shop     " + shop + "   (an MCP server that sells things)");
        out.println("  agent    support-bot, a client with a key for one task: \"support case\"");
        out.println(
                "  approver Dana Reyes, who uses the command line; calls do not wait for her here, they answer PENDING");
    }

    void step(Step step) {
        if (json) {
            out.println(Json.object()
                    .put("step", step.number())
                    .put("title", step.title())
                    .put("request", step.request())
                    .put("received", step.received())
                    .put("verdict", step.verdict())
                    .put("ms", new Json.Num(String.format(java.util.Locale.ROOT, "%.1f", step.ms())))
                    .put("record", step.record())
                    .build()
                    .text());
            return;
        }
        out.println();
        out.println(step.number() + "  " + step.title());
        out.println("   > " + step.request());
        for (var line : wrapped(step.received())) out.println("   | " + line);
        out.println(String.format(java.util.Locale.ROOT, "   = %s   %.1f ms", step.verdict(), step.ms())
                + (step.record().isEmpty() ? "" : "   " + step.record()));
    }

    void tail(List<String> lines) {
        if (json) return;
        out.println();
        lines.forEach(out::println);
        out.flush();
    }

    private static List<String> wrapped(String text) {
        var lines = new ArrayList<String>();
        for (var line : text.split("\n", -1)) {
            var rest = line;
            while (rest.length() > 116) {
                int cut = rest.lastIndexOf(' ', 116);
                if (cut < 60) cut = 116;
                lines.add(rest.substring(0, cut));
                rest = "  " + rest.substring(cut).strip();
            }
            lines.add(rest);
        }
        return lines;
    }
}
