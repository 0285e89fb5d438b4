package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.policy.Question;
import dev.writ.registry.Classification;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** One attempt on its way to a verdict. */
record Case(
        Id decision,
        Instant now,
        Attempt attempt,
        Standing standing,
        Optional<World.Callable> callable,
        Asked asked,
        Payload payload,
        ActionDigest digest) {
    Question question() {
        return asked.question();
    }

    Name tenant() {
        return standing.tenant();
    }

    Id task() {
        return standing.task().id();
    }

    /** The labels that the answer will bring. */
    Set<Name> labels() {
        return switch (attempt.action()) {
            case Action.CallTool _ ->
                callable.map(tool -> tool.pin().classification().labels()).orElse(Set.of());
            // Nobody has declared what a resource or prompt carries.
            case Action.ReadResource _, Action.GetPrompt _ -> Set.of(Classification.UNTRUSTED);
            case Action.AnswerServer answer when answer.bringsWords() -> Set.of(Classification.UNTRUSTED);
            default -> Set.of();
        };
    }

    Evidence.Matter matter(Evidence.Judged judged) {
        return new Evidence.Matter(
                decision, now, attempt, payload, digest, Optional.of(standing), Optional.of(asked), judged);
    }
}
