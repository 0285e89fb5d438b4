package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of a task is to be passed on; what is not said stays as the task has it. The purpose and the person always do:
 * policies rest on them.
 *
 * @param agent who is to act
 * @param calls how much of the budget
 */
public record Part(
        Name agent,
        Optional<Set<Name>> servers,
        Optional<Set<String>> tools,
        Optional<Set<Name>> categories,
        Optional<Set<Name>> data,
        long calls,
        Optional<Instant> deadline) {
    public Part {
        servers = servers.map(Set::copyOf);
        tools = tools.map(Set::copyOf);
        categories = categories.map(Set::copyOf);
        data = data.map(Set::copyOf);
    }

    /**
     * The task that it comes to, whether it may be passed on or not.
     *
     * @param openedBy the person on whose word it rests
     */
    public Task of(Task parent, Id child, Id openedBy, Instant now) {
        return Task.opening(
                child,
                parent.purpose(),
                parent.person(),
                agent,
                openedBy,
                now,
                scope(parent.scope()),
                calls,
                deadline.orElse(parent.deadline()),
                new Origin.OfTask(parent.id(), parent.depth() + 1));
    }

    private Scope scope(Scope above) {
        var chosen = servers.orElse(above.servers());
        var inherited = above.tools().map(all -> all.stream()
                .filter(tool -> chosen.contains(new Name(tool.substring(0, tool.indexOf('/')))))
                .collect(Collectors.toUnmodifiableSet()));
        return new Scope(
                chosen, tools.or(() -> inherited), categories.orElse(above.categories()), data.orElse(above.data()));
    }
}
