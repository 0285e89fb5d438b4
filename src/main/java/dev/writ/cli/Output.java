package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where a command's data (standard output, in the wanted format) and words (standard error) go. */
final class Output {
    private static final int CELL_CHARS_MAX = 120;
    private static final int WORDS_CHARS_MAX = 4_000;

    /** How data is written. The member names of json, jsonl and yaml are the API's and do not change. */
    enum Format {
        TABLE,
        JSON,
        JSONL,
        YAML;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Terminal terminal;
    private final Ink ink;
    private final Format format;

    Output(Terminal terminal, Ink ink, Format format) {
        this.terminal = terminal;
        this.ink = ink;
        this.format = format;
    }

    boolean forPeople() {
        return format == Format.TABLE;
    }

    /** The items of a list answer. */
    void list(Json.Obj answer, Column... columns) {
        warnings(answer);
        switch (format) {
            case TABLE -> table(items(answer), columns);
            case JSON -> data(SafeJson.pretty(answer));
            case JSONL -> items(answer).forEach(item -> data(SafeJson.line(item)));
            case YAML -> terminal.out().print(YamlText.of(answer));
        }
    }

    /** A single thing. */
    void one(Json.Obj thing, Column... fields) {
        warnings(thing);
        switch (format) {
            case TABLE -> fields(thing, fields);
            case JSON -> data(SafeJson.pretty(thing));
            case JSONL -> data(SafeJson.line(thing));
            case YAML -> terminal.out().print(YamlText.of(thing));
        }
    }

    /** A single thing for programs; people get the words instead. */
    void one(Json.Obj thing, Runnable forPeople) {
        if (forPeople()) forPeople.run();
        else one(thing);
    }

    /** The items of a list answer as YAML documents, or in another format that was asked for. */
    void documents(Json.Obj answer) {
        switch (format) {
            case TABLE, YAML ->
                items(answer).forEach(item -> {
                    data("---");
                    terminal.out().print(YamlText.of(item));
                });
            case JSON, JSONL -> list(answer);
        }
    }

    /** What the server warns of beside its answer. */
    void warnings(Json.Obj answer) {
        for (var warning : answer.array("warnings").map(Json.Arr::items).orElse(List.of()))
            say("warning: " + (warning instanceof Json.Obj finding ? Findings.text(finding) : Column.words(warning)));
    }

    /** A line of data as it stands: the caller made sure that nothing is hidden in it. */
    void data(String line) {
        terminal.out().println(line);
    }

    /** A line of data with whatever is hidden in it shown. */
    void shown(String line) {
        data(Visible.text(line, Integer.MAX_VALUE));
    }

    /** A text of several lines, each with whatever is hidden in it shown. */
    void lines(String text) {
        text.lines().forEach(this::shown);
    }

    /** Bytes for a program or file. */
    void raw(byte[] bytes) {
        terminal.out().writeBytes(bytes);
    }

    /** Words to the person, on standard error. */
    void say(String words) {
        for (var line : words.split("\n", -1)) terminal.err().println(Visible.text(line, WORDS_CHARS_MAX));
    }

    void ask(String question) {
        terminal.err().print(Visible.text(question, WORDS_CHARS_MAX));
        terminal.err().flush();
    }

    void failure(CliError error) {
        if (format == Format.JSON || format == Format.JSONL) {
            terminal.err().println(SafeJson.line(error.problem()));
            return;
        }
        say("writ: " + error.what().replace('\n', ' '));
        if (!error.why().isEmpty()) say("  why:  " + error.why().replace('\n', ' '));
        for (var finding : objects(error.problem(), "findings")) say("        " + Findings.text(finding));
        if (!error.next().isEmpty()) say("  next: " + error.next());
    }

    static List<Json.Obj> items(Json.Obj answer) {
        return objects(answer, "items");
    }

    static List<Json.Obj> objects(Json.Obj of, String member) {
        var found = new ArrayList<Json.Obj>();
        for (var item : of.array(member).map(Json.Arr::items).orElse(List.of()))
            if (item instanceof Json.Obj object) found.add(object);
        return found;
    }

    private void fields(Json.Obj thing, Column... fields) {
        int width = 0;
        for (var field : fields) width = Math.max(width, field.title().length());
        for (var field : fields) {
            var text = Visible.text(field.text().apply(thing), Integer.MAX_VALUE);
            data((field.title() + " ".repeat(width - field.title().length()) + "  " + ink.state(text)).stripTrailing());
        }
    }

    private void table(List<Json.Obj> items, Column... columns) {
        var rows = new ArrayList<List<String>>();
        for (var item : items) {
            var row = new ArrayList<String>();
            for (var column : columns) row.add(Visible.text(column.text().apply(item), CELL_CHARS_MAX));
            rows.add(row);
        }
        if (rows.isEmpty()) {
            say("Nothing there.");
            return;
        }
        var widths = new int[columns.length];
        for (int i = 0; i < columns.length; i++) {
            widths[i] = columns[i].title().length();
            for (var row : rows) widths[i] = Math.max(widths[i], width(row.get(i)));
        }
        var titles = new StringBuilder();
        for (int i = 0; i < columns.length; i++)
            titles.append(columns[i].title())
                    .repeat(' ', widths[i] - columns[i].title().length() + 2);
        data(ink.strong(titles.toString().stripTrailing()));
        for (var row : rows) data(line(row, widths));
    }

    private String line(List<String> row, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++)
            line.append(ink.state(row.get(i))).repeat(' ', widths[i] - width(row.get(i)) + 2);
        return line.toString().stripTrailing();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Text as bytes of UTF-8, for files. */
    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
