package dev.writ.store;

import java.util.List;

/** What a command decided: its answer and the changes that make it true; no changes, no transaction. */
public record Plan<S, A>(A answer, List<Change<S>> changes) {
    public Plan {
        changes = List.copyOf(changes);
    }

    public static <S, A> Plan<S, A> nothing(A answer) {
        return new Plan<>(answer, List.of());
    }

    public static <S, A> Plan<S, A> of(A answer, Change<S> change) {
        return new Plan<>(answer, List.of(change));
    }
}
