package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Json;
import java.util.Optional;

/** Through what a task came to be: nothing acts in nobody's name. */
public sealed interface Origin {
    /** The case's name in documents, records and policies. */
    String word();

    /** The task that ends this one when it ends, for one that was passed on. */
    default Optional<Id> parent() {
        return Optional.empty();
    }

    /** How many tasks stand above it. */
    default int depth() {
        return 0;
    }

    /** A person opened it. */
    record ByPerson() implements Origin {
        @Override
        public String word() {
            return "person";
        }
    }

    /** Another task passed on a part of its authority. */
    record OfTask(Id task, int depth) implements Origin {
        public OfTask {
            task.require("tsk");
            if (depth < 1) throw new IllegalArgumentException("a task that was passed on is at depth 1 or deeper");
        }

        @Override
        public String word() {
            return "delegation";
        }

        @Override
        public Optional<Id> parent() {
            return Optional.of(task);
        }
    }

    /** An event opened it under a person's standing order. */
    record OfMandate(Id mandate) implements Origin {
        public OfMandate {
            mandate.require("mdt");
        }

        @Override
        public String word() {
            return "mandate";
        }
    }

    /** Two people opened it in an emergency. */
    record OfBreakGlass(Id emergency) implements Origin {
        public OfBreakGlass {
            emergency.require("brk");
        }

        @Override
        public String word() {
            return "break-glass";
        }
    }

    default Json.Obj json() {
        var json = Json.object().put("kind", word());
        switch (this) {
            case ByPerson _ -> {}
            case OfTask(var task, var depth) -> json.put("task", task.text()).put("depth", depth);
            case OfMandate(var mandate) -> json.put("mandate", mandate.text());
            case OfBreakGlass(var emergency) -> json.put("emergency", emergency.text());
        }
        return json.build();
    }

    /** Reads what {@link #json} wrote; a task of an earlier version has nothing written, and a person opened it. */
    static Origin of(Json.Obj json) {
        return switch (json.string("kind").orElse("person")) {
            case "person" -> new ByPerson();
            case "delegation" ->
                new OfTask(
                        new Id(json.string("task").orElse("")),
                        Math.toIntExact(json.integer("depth").orElse(0L)));
            case "mandate" -> new OfMandate(new Id(json.string("mandate").orElse("")));
            case "break-glass" ->
                new OfBreakGlass(new Id(json.string("emergency").orElse("")));
            default -> throw new IllegalArgumentException("a task of an unknown origin");
        };
    }
}
