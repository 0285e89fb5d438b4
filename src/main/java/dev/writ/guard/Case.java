package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.policy.Question;
import java.time.Instant;
import java.util.Optional;

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

    Evidence.Matter matter(Evidence.Judged judged) {
        return new Evidence.Matter(
                decision, now, attempt, payload, digest, Optional.of(standing), Optional.of(asked), judged);
    }
}
