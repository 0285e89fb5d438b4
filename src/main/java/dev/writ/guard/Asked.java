package dev.writ.guard;

import dev.writ.policy.Question;
import java.util.Optional;

/**
 * The question that policy was asked.
 *
 * @param entities the text of its entities, where it is known from an earlier call
 */
@SuppressWarnings("ArrayRecordComponent") // written into a text, never changed
record Asked(Question question, Optional<byte[]> entities) {
    static Asked of(Question question) {
        return new Asked(question, Optional.empty());
    }

    /** What the record commits to. */
    byte[] text() {
        return entities.isPresent()
                ? QuestionJson.bytes(question, entities.get())
                : QuestionJson.bytes(question);
    }
}
