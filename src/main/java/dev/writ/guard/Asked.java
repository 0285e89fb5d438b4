package dev.writ.guard;

import dev.writ.policy.Question;
import java.util.Optional;

/**
 * The question that policy was asked.
 *
 * @param form of its text, where that is known from an earlier call
 */
record Asked(Question question, Optional<QuestionForm> form) {
    static Asked of(Question question) {
        return new Asked(question, Optional.empty());
    }

    /** What the record commits to. */
    byte[] text() {
        return form.isPresent() ? form.get().filled(question) : QuestionJson.bytes(question);
    }
}
