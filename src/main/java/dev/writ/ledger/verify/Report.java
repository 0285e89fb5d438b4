package dev.writ.ledger.verify;

import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.List;

/** What a verification checked and what it found, in the order in which it looked. */
public final class Report {
    /** How many failures are told one by one; a log that is garbage would otherwise fill the screen. */
    private static final int FAILURES_TOLD = 200;

    private static final int LINE_CHARS_MAX = 400;

    /** One line of the report. */
    public sealed interface Line {
        String text();

        /** Something that was checked and held. */
        record Held(String text) implements Line {}

        /** Something that was checked and did not hold; names the record or file. */
        record Failed(String text) implements Line {}

        /** Something that a reader must know and that is neither. */
        record Note(String text) implements Line {}
    }

    private final List<Line> lines = new ArrayList<>();
    private long failures;

    void held(String text) {
        lines.add(new Line.Held(Visible.text(text, LINE_CHARS_MAX)));
    }

    void failed(String text) {
        if (++failures <= FAILURES_TOLD) lines.add(new Line.Failed(Visible.text(text, LINE_CHARS_MAX)));
    }

    void note(String text) {
        lines.add(new Line.Note(Visible.text(text, LINE_CHARS_MAX)));
    }

    public boolean passed() {
        return failures == 0;
    }

    public long failures() {
        return failures;
    }

    public List<Line> lines() {
        return List.copyOf(lines);
    }

    /** The report for people, one line each. */
    public String text() {
        var text = new StringBuilder();
        for (var line : lines)
            text.append(
                            switch (line) {
                                case Line.Held _ -> "ok    ";
                                case Line.Failed _ -> "FAIL  ";
                                case Line.Note _ -> "      ";
                            })
                    .append(line.text())
                    .append('\n');
        if (failures > FAILURES_TOLD)
            text.append("FAIL  and ").append(failures - FAILURES_TOLD).append(" more\n");
        return text.append(passed() ? "verified\n" : "NOT VERIFIED\n").toString();
    }
}
