package dev.writ.gateway.mcp;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Whether one more session may be opened, and which makes room for it. A tenant may have three times what is free, so
 * that alone it has three quarters of all at most and whoever comes next finds a part of the rest; a task has its number.
 * Who has its share already loses a session of its own, never another's.
 *
 * @param max all together
 * @param ofTaskMax those of one task
 */
record Crowd(int max, int ofTaskMax) {
    private static final int MULTIPLE = 3;

    /** A session, as far as that matters here. */
    interface Member {
        Name tenant();

        Id task();

        /** Whether nothing is under way in it. */
        boolean idle();

        /** Whether it is only there to say that its authority has ended. */
        boolean over();

        Instant lastUsed();
    }

    /** What is to be done. */
    sealed interface Place<M extends Member> {
        record Free<M extends Member>() implements Place<M> {}

        /** There is room once this one has ended. */
        record After<M extends Member>(M leaving) implements Place<M> {}

        record None<M extends Member>() implements Place<M> {}
    }

    <M extends Member> Place<M> place(Collection<M> all, Name tenant, Id task) {
        var own = all.stream().filter(each -> each.tenant().equals(tenant)).toList();
        var ofTask = own.stream().filter(each -> each.task().equals(task)).toList();
        if (ofTask.size() >= ofTaskMax) return leaving(ofTask);
        boolean fits = all.size() < max && own.size() < (long) MULTIPLE * (max - all.size());
        return fits ? new Place.Free<>() : leaving(own);
    }

    /** Some clients leave without a word: the one that was longest not used goes, of those that are over first. */
    private static <M extends Member> Place<M> leaving(List<M> of) {
        return of.stream()
                .filter(Member::idle)
                .min(Comparator.comparing((M each) -> !each.over()).thenComparing(Member::lastUsed))
                .<Place<M>>map(Place.After::new)
                .orElseGet(Place.None::new);
    }
}
