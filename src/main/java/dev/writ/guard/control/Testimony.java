package dev.writ.guard.control;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.Entry;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Tells in words what records say; the names of people come from the registry, for records have none. */
final class Testimony {
    private final Registry registry;

    Testimony(Registry registry) {
        this.registry = registry;
    }

    /** One line of a list of decisions. */
    Json.Obj summary(Entry entry) {
        var record = entry.record();
        var action = record.object("action").orElse(Json.Obj.EMPTY);
        return Json.object()
                .put("index", entry.index())
                .put("time", record.string("time"))
                .put("decision", record.string("decision"))
                .put("verdict", record.string("verdict"))
                .put("reason", record.string("reason"))
                .put("agent", record.string("agent"))
                .put("task", record.string("task"))
                .put("person", record.string("person"))
                .put("action", action)
                .put("determining", determining(record))
                .build();
    }

    /** @param about all records of an approval */
    Optional<Json.Obj> of(Name tenant, List<Entry> records, Function<Id, List<Entry>> about) {
        return records.stream()
                .filter(entry -> Set.of("intent", "refusal", "hold").contains(entry.kind()))
                .findFirst()
                .map(entry -> told(tenant, entry, records, about));
    }

    private Json.Obj told(Name tenant, Entry entry, List<Entry> records, Function<Id, List<Entry>> about) {
        var record = entry.record();
        var approvers = approvers(tenant, record, about);
        var person = name(tenant, record.string("person").orElse(""));
        var outcome = records.stream()
                .filter(each -> each.kind().equals("outcome"))
                .findFirst()
                .flatMap(each -> each.record().string("status"));
        return Json.object()
                .put("sentence", sentence(record, person, approvers, outcome))
                .put("decision", record.string("decision"))
                .put("verdict", record.string("verdict"))
                .put("person", person)
                .put("agent", record.string("agent"))
                .put("task", record.string("task"))
                .put("purpose", record.string("purpose"))
                .put("policies", determining(record))
                .put("bundle", record.object("policy").flatMap(policy -> policy.string("bundle")))
                .put("consent", record.string("consent"))
                .put("approvers", approvers)
                .put("outcome", outcome)
                .put("index", entry.index())
                .build();
    }

    private static String sentence(Json.Obj record, String person, List<String> approvers, Optional<String> outcome) {
        var action = record.object("action").orElse(Json.Obj.EMPTY);
        var what = action.string("operation").orElse(action.string("kind").orElse("an action")) + " "
                + action.string("target").orElse("");
        var who = record.string("agent")
                .map(agent -> "agent " + agent + " for " + person
                        + record.string("purpose")
                                .map(purpose -> " (task: " + purpose + ")")
                                .orElse(""))
                .orElse(person);
        var by = String.join(", ", determining(record));
        var ruled = by.isEmpty() ? "" : " by policy " + by;
        return switch (record.string("verdict").orElse("")) {
            case "permit" ->
                who + " was permitted " + what + ruled
                        + (approvers.isEmpty() ? "" : ", approved by " + String.join(", ", approvers))
                        + outcome.map(status -> "; outcome: " + status).orElse("; no outcome is recorded")
                        + ".";
            case "hold" -> who + " was held before " + what + ruled + ": nobody had approved it.";
            default ->
                who + " was refused " + what + ruled
                        + record.string("reason")
                                .map(reason -> " (" + reason + ")")
                                .orElse("")
                        + ".";
        };
    }

    private List<String> approvers(Name tenant, Json.Obj record, Function<Id, List<Entry>> about) {
        var names = new ArrayList<String>();
        for (var used : record.array("approvals").map(Json.Arr::items).orElse(List.of()))
            if (used instanceof Json.Obj approval)
                approval.string("approval").map(Id::new).map(about).orElse(List.of()).stream()
                        .map(Entry::record)
                        .filter(vote -> vote.string("event").equals(Optional.of("approved")))
                        .forEach(
                                vote -> names.add(name(tenant, vote.string("by").orElse("")) + " ("
                                        + vote.string("proof").orElse("unknown proof") + ")"));
        return names;
    }

    private String name(Name tenant, String id) {
        try {
            return registry.snapshot(tenant)
                    .person(new Id(id))
                    .map(Person::displayName)
                    .orElse(id);
        } catch (IllegalArgumentException e) {
            return "nobody that is known";
        }
    }

    private static List<String> determining(Json.Obj record) {
        return record.object("policy")
                .map(policy -> policy.strings("determining"))
                .orElse(List.of());
    }
}
