package dev.writ.policy.publish;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.DetailedError;
import com.cedarpolicy.model.ValidationRequest;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.policy.PolicySet;
import com.cedarpolicy.model.schema.Schema;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The child process around Cedar's official code: reads one request from standard input, writes one answer to standard
 * output, ends. Hostile text may crash it; that is what it is for. {@link FrontEnd} is the other side.
 *
 * <p>Request: {@code {"schema": text, "files": [{"text", "policies": [text, …]}, …]}}. Answer: {@code {"policies": [the
 * policy in Cedar's JSON format as text, …], "agreed": [whether Cedar finds the same policies in each file, …],
 * "findings": [{"policy": index, "warning": true|false, "at": bytes, "message", "help"}, …], "schema": [{"at",
 * "message", "help"}, …]}}. Policies are counted through all files, from 0.
 */
final class FrontEndMain {
    private static final long STACK_BYTES = 256L << 20;
    static final int VALUES_MAX = 2_000_000;

    private final BasicAuthorizationEngine cedar = new BasicAuthorizationEngine();
    private final Schema schema;
    private final List<Json> converted = new ArrayList<>();
    private final List<Json> findings = new ArrayList<>();
    private final LinkedHashSet<Json> schemaFindings = new LinkedHashSet<>();

    private FrontEndMain(String schema) {
        this.schema = new Schema(schema);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var out = System.out;
        // Whatever a library prints must not get between us and the parent.
        System.setOut(System.err);
        var request = JsonReader.readObject(System.in.readAllBytes(), VALUES_MAX);
        var work = new Thread(null, () -> answer(request, out), "front-end", STACK_BYTES);
        work.start();
        work.join();
    }

    private static void answer(Json.Obj request, PrintStream out) {
        var frontEnd = new FrontEndMain(request.string("schema").orElseThrow());
        var files = request.array("files").orElseThrow().items().stream()
                .map(Json.Obj.class::cast)
                .toList();
        var answer = frontEnd.answer(files);
        out.writeBytes(answer.bytes());
        out.flush();
    }

    private Json.Obj answer(List<Json.Obj> files) {
        var parsed = new LinkedHashMap<Integer, Policy>();
        var agreed = new ArrayList<Json>();
        for (var file : files) {
            int from = converted.size();
            for (var text : file.strings("policies")) parse(converted.size(), text, parsed);
            agreed.add(Json.of(agrees(file.string("text").orElseThrow(), converted.subList(from, converted.size()))));
        }
        if (findings.isEmpty()) validate(parsed);
        return Json.object()
                .put("policies", new Json.Arr(converted))
                .put("agreed", new Json.Arr(agreed))
                .put("findings", new Json.Arr(findings))
                .put("schema", new Json.Arr(List.copyOf(schemaFindings)))
                .build();
    }

    private void parse(int index, String text, Map<Integer, Policy> parsed) {
        var policy = new Policy(text, Integer.toString(index));
        try {
            converted.add(Json.of(policy.toJson()));
            parsed.put(index, policy);
        } catch (AuthException e) {
            converted.add(Json.of(""));
            // Parsing alone tells no place; validation of this one policy does, but it is slow.
            if (findings.size() >= Limits.FINDINGS_MAX) return;
            int before = findings.size();
            validate(Map.of(index, policy));
            if (findings.size() == before) findings.add(finding(index, false, 0, String.valueOf(e.getMessage()), ""));
        }
    }

    private void validate(Map<Integer, Policy> policies) {
        try {
            var response = cedar.validate(
                    new ValidationRequest(schema, new PolicySet(new LinkedHashSet<>(policies.values()))));
            response.errors.ifPresent(errors -> errors.forEach(error -> unvalidated(policies, error)));
            response.success.ifPresent(success -> {
                success.validationErrors.forEach(e -> add(Integer.parseInt(e.getPolicyId()), false, e.getError()));
                success.validationWarnings.forEach(e -> add(Integer.parseInt(e.getPolicyId()), true, e.getError()));
            });
        } catch (AuthException e) {
            schemaFindings.add(schemaFinding(0, String.valueOf(e.getMessage()), ""));
        }
    }

    private void unvalidated(Map<Integer, Policy> policies, DetailedError error) {
        if (error.message.startsWith("failed to parse schema"))
            schemaFindings.add(schemaFinding(at(error), error.message, help(error)));
        else policies.keySet().stream().findFirst().ifPresent(index -> add(index, false, error));
    }

    /** Errors come before warnings, so that the bound never drops the only error. */
    private void add(int index, boolean warning, DetailedError error) {
        if (findings.size() < Limits.FINDINGS_MAX)
            findings.add(finding(index, warning, at(error), error.message, help(error)));
    }

    private static int at(DetailedError error) {
        return error.sourceLocations.isEmpty() ? 0 : error.sourceLocations.getFirst().start;
    }

    private static String help(DetailedError error) {
        if (error.help.isPresent()) return error.help.get();
        return error.sourceLocations.isEmpty()
                ? ""
                : error.sourceLocations.getFirst().label.orElse("");
    }

    private static Json finding(int index, boolean warning, int at, String message, String help) {
        return Json.object()
                .put("policy", index)
                .put("warning", warning)
                .put("at", at)
                .put("message", message)
                .put("help", help)
                .build();
    }

    private static Json schemaFinding(int at, String message, String help) {
        return Json.object()
                .put("at", at)
                .put("message", message)
                .put("help", help)
                .build();
    }

    /** Whether Cedar, given the whole file, finds just these policies: our own cutting must not hide one. */
    private static boolean agrees(String file, List<Json> cut) {
        try {
            var whole = new ArrayList<Json>();
            for (var policy : PolicySet.parsePolicies(file).policies) whole.add(Json.of(policy.toJson()));
            return whole.size() == cut.size() && new HashSet<>(whole).equals(new HashSet<>(cut));
        } catch (AuthException e) {
            return false;
        }
    }
}
