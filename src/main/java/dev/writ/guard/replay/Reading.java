package dev.writ.guard.replay;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the records since a position come to, before anything is done about it: one pass, in the order of the log. */
final class Reading {
    /** Kinds that change nobody's authority. */
    private static final Set<String> FACTS = Set.of(
            "refusal",
            "hold",
            "sign-in",
            "token",
            "credential-use",
            "run",
            "egress",
            "key-rotation",
            "checkpoint",
            "origin");

    /** A record of a change of state. */
    record Change(long index, Json.Obj record) {
        String name() {
            return record.string("kind").orElse("") + "/"
                    + record.string("event").orElse("");
        }

        Optional<String> decision() {
            return record.string("decision");
        }
    }

    private final List<Change> changes = new ArrayList<>();
    private final Set<String> made = new HashSet<>();
    private final Set<Json.Obj> voided = new HashSet<>();
    private final Map<String, Id> openCalls = new HashMap<>();
    private final Map<Id, Long> calls = new HashMap<>();
    private final Map<Id, Set<Name>> labels = new HashMap<>();
    private final List<Bundle> bundles = new ArrayList<>();

    /** A record that policies were published. */
    record Bundle(long index, Digest digest, Optional<String> decision) {}

    void add(long index, Json.Obj record) {
        var kind = record.string("kind").orElse("");
        switch (kind) {
            case "intent" -> intent(record);
            case "outcome" -> outcome(record);
            case "policy-bundle" ->
                bundles.add(
                        new Bundle(index, Digest.parse(record.string("bundle").orElse("")), record.string("decision")));
            default -> {
                if (FACTS.contains(kind)) return;
                if (record.string("event").equals(Optional.of("voided"))) voided.add(recorded(record));
                else changes.add(new Change(index, record));
            }
        }
    }

    private void intent(Json.Obj record) {
        var task = record.string("task");
        if (task.isEmpty()) return;
        var of = new Id(task.get());
        var put = record.strings("labels").stream().map(Name::new).collect(Collectors.toSet());
        if (!put.isEmpty()) labels.computeIfAbsent(of, _ -> new HashSet<>()).addAll(put);
        var kind =
                record.object("action").flatMap(action -> action.string("kind")).orElse("");
        if (!CHARGED.contains(kind)) return;
        calls.merge(of, 1L, Long::sum);
        openCalls.put(record.string("id").orElse(""), of);
    }

    private void outcome(Json.Obj record) {
        var status = record.string("status").orElse("");
        var task = openCalls.remove(record.string("intent").orElse(""));
        if (task != null && status.equals("not-sent")) calls.merge(task, -1L, Long::sum);
        if (status.equals("done") && record.string("peer").equals(Optional.of("control")))
            record.string("decision").ifPresent(made::add);
    }

    /** The members by which a change is found again in the record that takes it back. */
    private static Json.Obj recorded(Json.Obj record) {
        var event = record.string("of").or(() -> record.string("event")).orElse("");
        return record.without("id")
                .without("time")
                .without("of")
                .without("side")
                .with("event", Json.of(event));
    }

    List<Change> changes() {
        return changes;
    }

    /** Whether the log shows that a person's change was not only recorded but made. */
    boolean made(Change change) {
        return change.decision().filter(made::contains).isPresent() && !voided.contains(recorded(change.record()));
    }

    /** How many calls of each task were permitted and may have been sent. */
    Map<Id, Long> calls() {
        return calls;
    }

    Map<Id, Set<Name>> labels() {
        return labels;
    }

    /** The policies that may be in force, the last published last: those since the last that is known to be. */
    List<Bundle> bundles() {
        int from = 0;
        for (int i = 0; i < bundles.size(); i++)
            if (bundles.get(i).decision().filter(made::contains).isPresent()) from = i;
        return List.copyOf(bundles.subList(from, bundles.size()));
    }

    /** Whether one of {@link #bundles} is known to have come in force. */
    boolean bundleMade() {
        return bundles.stream()
                .anyMatch(bundle -> bundle.decision().filter(made::contains).isPresent());
    }

    /** Actions that a task's budget pays for, as AgentAdmission charges them. */
    private static final Set<String> CHARGED = Set.of("call-tool", "read-resource", "get-prompt");
}
