package dev.writ.policy.publish;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Visible;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Cedar's official parser and strict validator, asked in a child process. Turns what it says about bytes of a policy
 * into findings about lines of a file. Any number of threads may call; each call is a process of its own.
 */
public final class FrontEnd {
    private static final String SCHEMA = "schema";
    private static final int MESSAGE_CHARS_MAX = 1_000;

    private final FrontEndProcess process;

    public FrontEnd(Duration timeMax) {
        this(new FrontEndProcess(List.of(FrontEndMain.class.getName()), timeMax));
    }

    FrontEnd(FrontEndProcess process) {
        this.process = process;
    }

    /** A policy that Cedar took, with its form for the evaluator. */
    record Converted(PolicyText.Piece piece, Json.Obj est) {}

    /** All policies that were understood, and everything that is wrong with them or worth knowing. */
    record Outcome(List<Converted> policies, List<Finding> findings) {}

    Outcome check(SortedMap<String, String> files, String schema) {
        var findings = new ArrayList<Finding>();
        withinLimits(files, schema, findings);
        if (!findings.isEmpty()) return new Outcome(List.of(), List.copyOf(findings));
        var pieces = new ArrayList<PolicyText.Piece>();
        var request = new ArrayList<Json>();
        for (var file : files.entrySet()) {
            var cut = PolicyText.cut(file.getKey(), file.getValue());
            findings.addAll(cut.findings());
            pieces.addAll(cut.pieces());
            request.add(request(file, cut));
        }
        if (pieces.size() > Limits.POLICIES_MAX)
            findings.add(Finding.ofFile(files.lastKey(), "more than " + Limits.POLICIES_MAX + " policies"));
        if (!findings.isEmpty()) return new Outcome(List.of(), List.copyOf(findings));
        return ask(schema, files, pieces, new Json.Arr(request));
    }

    private static Json request(Map.Entry<String, String> file, PolicyText.Cut cut) {
        return Json.object()
                .put("text", file.getValue())
                .put(
                        "policies",
                        cut.pieces().stream().map(PolicyText.Piece::text).toList())
                .build();
    }

    private static void withinLimits(SortedMap<String, String> files, String schema, List<Finding> findings) {
        if (files.size() > Limits.FILES_MAX)
            findings.add(Finding.ofFile(files.lastKey(), "more than " + Limits.FILES_MAX + " policy files"));
        long total = 0;
        for (var file : files.entrySet()) {
            int size = file.getValue().length();
            total += size;
            if (size > Limits.FILE_BYTES_MAX)
                findings.add(Finding.ofFile(file.getKey(), "longer than " + Limits.FILE_BYTES_MAX + " bytes"));
        }
        if (total > Limits.TOTAL_BYTES_MAX)
            findings.add(Finding.ofFile(
                    files.lastKey(), "all files together are longer than " + Limits.TOTAL_BYTES_MAX + " bytes"));
        if (schema.length() > Limits.SCHEMA_BYTES_MAX)
            findings.add(Finding.ofFile(SCHEMA, "longer than " + Limits.SCHEMA_BYTES_MAX + " bytes"));
    }

    private Outcome ask(
            String schema, SortedMap<String, String> files, List<PolicyText.Piece> pieces, Json.Arr request) {
        var message = Json.object().put("schema", schema).put("files", request).build();
        return switch (process.run(message.bytes())) {
            case FrontEndProcess.Answered(var answer) -> understood(answer, schema, files, pieces);
            case FrontEndProcess.Failed(var how) ->
                failed("Cedar's parser " + how + " on these policies; simplify what was changed last");
        };
    }

    private static Outcome failed(String message) {
        return new Outcome(List.of(), List.of(Finding.ofFile("policies", message)));
    }

    private static Outcome understood(
            Json.Obj answer, String schema, SortedMap<String, String> files, List<PolicyText.Piece> pieces) {
        try {
            var findings = new ArrayList<Finding>();
            for (var item : items(answer, SCHEMA)) findings.add(schemaFinding((Json.Obj) item, schema));
            for (var item : items(answer, "findings")) findings.add(finding((Json.Obj) item, pieces));
            if (findings.stream().noneMatch(f -> f.severity() == Finding.Severity.ERROR))
                disagreements(items(answer, "agreed"), files, findings);
            return new Outcome(converted(items(answer, "policies"), pieces, findings), List.copyOf(findings));
        } catch (ClassCastException | java.util.NoSuchElementException e) {
            return failed("Cedar's parser gave an answer that cannot be read");
        }
    }

    private static List<Json> items(Json.Obj json, String name) {
        return json.array(name).orElseThrow().items();
    }

    private static Finding finding(Json.Obj item, List<PolicyText.Piece> pieces) {
        var piece = pieces.get(Math.toIntExact(item.integer("policy").orElseThrow()));
        var severity = item.bool("warning").orElseThrow() ? Finding.Severity.WARNING : Finding.Severity.ERROR;
        int at = Math.toIntExact(item.integer("at").orElseThrow());
        // "for policy `3`, …" tells our own numbering; the line says which policy it is.
        var message = item.string("message")
                .orElseThrow()
                .replaceFirst("^for policy `[0-9]+`, ", "")
                .replaceFirst("^failed to parse (policy|template) with id `[0-9]+` from string: ", "");
        return piece.finding(severity, at, shown(message), help(item));
    }

    private static Finding schemaFinding(Json.Obj item, String schema) {
        return PolicyText.inText(
                SCHEMA,
                schema,
                Math.toIntExact(item.integer("at").orElseThrow()),
                shown(item.string("message").orElseThrow()),
                help(item));
    }

    private static Optional<String> help(Json.Obj item) {
        return item.string("help").filter(help -> !help.isEmpty()).map(FrontEnd::shown);
    }

    /** Cedar quotes the policy; nothing in it may move a terminal's text about. */
    private static String shown(String text) {
        return Visible.text(text, MESSAGE_CHARS_MAX);
    }

    private static void disagreements(List<Json> agreed, SortedMap<String, String> files, List<Finding> findings) {
        var names = List.copyOf(files.keySet());
        if (agreed.size() != names.size()) throw new java.util.NoSuchElementException("agreed");
        for (int i = 0; i < names.size(); i++)
            if (!agreed.get(i).equals(Json.of(true)))
                findings.add(Finding.ofFile(names.get(i), "Cedar finds other policies in this file than we do"));
    }

    private static List<Converted> converted(
            List<Json> policies, List<PolicyText.Piece> pieces, List<Finding> findings) {
        var converted = new ArrayList<Converted>();
        if (policies.size() != pieces.size()) throw new java.util.NoSuchElementException("policies");
        for (int i = 0; i < pieces.size(); i++) {
            var text = ((Json.Str) policies.get(i)).value();
            if (text.isEmpty()) continue;
            read(text, pieces.get(i), findings).ifPresent(converted::add);
        }
        return List.copyOf(converted);
    }

    private static Optional<Converted> read(String text, PolicyText.Piece piece, List<Finding> findings) {
        try {
            if (depth(text) <= Limits.EST_DEPTH_MAX)
                return Optional.of(new Converted(piece, (Json.Obj) JsonReader.read(text)));
        } catch (JsonError e) {
            // Deeper than the reader goes, or more values than one policy should have: the same finding.
        }
        findings.add(piece.error(
                "the conditions nest too deeply once converted", Optional.of("split them into several when clauses")));
        return Optional.empty();
    }

    private static int depth(String json) {
        int depth = 0;
        int deepest = 0;
        boolean inString = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (inString) {
                if (c == '\\') i++;
                else if (c == '"') inString = false;
            } else if (c == '"') inString = true;
            else if (c == '{' || c == '[') deepest = Math.max(deepest, ++depth);
            else if (c == '}' || c == ']') depth--;
        }
        return deepest;
    }
}
