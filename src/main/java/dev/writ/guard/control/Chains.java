package dev.writ.guard.control;

import dev.writ.authority.AuthoritySnapshot;
import dev.writ.authority.Scope;
import dev.writ.authority.Task;
import dev.writ.base.Json;
import dev.writ.registry.RegistrySnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The way from the person to a task and on to its parts, with what each step narrowed. */
final class Chains {
    private Chains() {}

    /** In the order in which they are drawn: the person, the tasks above, the task itself, its parts. */
    static Json.Arr of(Task task, AuthoritySnapshot given, RegistrySnapshot registry, Instant now) {
        var steps = new ArrayList<Json>();
        var chain = given.chain(task);
        steps.add(Json.object()
                .put("depth", 0)
                .put("kind", "person")
                .put("name", Documents.nameOf(task.person(), registry))
                .put("through", chain.getFirst().origin().word())
                .put("openedBy", Documents.nameOf(chain.getFirst().openedBy(), registry))
                .build());
        var above = Optional.<Task>empty();
        for (var each : chain) {
            steps.add(step(each, above, now, each.id().equals(task.id())));
            above = Optional.of(each);
        }
        parts(task, given, now, steps);
        return new Json.Arr(List.copyOf(steps));
    }

    private static void parts(Task task, AuthoritySnapshot given, Instant now, List<Json> into) {
        var parts = given.tasks().values().stream()
                .filter(each -> each.origin().parent().equals(Optional.of(task.id())))
                .sorted(Comparator.comparing(Task::id))
                .toList();
        for (var part : parts) {
            into.add(step(part, Optional.of(task), now, false));
            parts(part, given, now, into);
        }
    }

    private static Json step(Task task, Optional<Task> above, Instant now, boolean here) {
        return Json.object()
                .put("depth", task.depth() + 1)
                .put("kind", "agent")
                .put("name", task.agent().text())
                .put("task", task.id().text())
                .put("state", Documents.state(task, now))
                .put("scope", task.scope().json())
                .put("calls", task.callBudget())
                .put("until", task.deadline().toString())
                .put("labels", Documents.texts(task.labels()))
                .put("narrowed", above.map(whole -> narrowed(task, whole)).orElse(List.of()))
                .put("here", here)
                .build();
    }

    private static List<String> narrowed(Task part, Task whole) {
        var narrowed = new ArrayList<String>();
        var mine = part.scope();
        var theirs = whole.scope();
        without("servers", Documents.texts(theirs.servers()), Documents.texts(mine.servers()), narrowed);
        tools(mine, theirs, narrowed);
        without("categories", Documents.texts(theirs.categories()), Documents.texts(mine.categories()), narrowed);
        without("data classes", Documents.texts(theirs.data()), Documents.texts(mine.data()), narrowed);
        if (part.callBudget() < whole.callBudget())
            narrowed.add(part.callBudget() + " of " + whole.callBudget() + " calls");
        if (part.deadline().isBefore(whole.deadline()))
            narrowed.add("until " + part.deadline() + " instead of " + whole.deadline());
        return List.copyOf(narrowed);
    }

    private static void tools(Scope mine, Scope theirs, List<String> into) {
        if (mine.tools().isEmpty()) return;
        var only = new TreeSet<>(mine.tools().get());
        if (theirs.tools().isEmpty()) into.add("only the tools " + String.join(", ", only));
        else without("tools", List.copyOf(new TreeSet<>(theirs.tools().get())), List.copyOf(only), into);
    }

    private static void without(String what, List<String> all, List<String> kept, List<String> into) {
        var gone = new ArrayList<>(all);
        gone.removeAll(Set.copyOf(kept));
        if (!gone.isEmpty()) into.add("without the " + what + " " + String.join(", ", gone));
    }
}
