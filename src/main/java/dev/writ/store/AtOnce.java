package dev.writ.store;

import java.util.Optional;

/**
 * The answer to a change that is in force already.
 *
 * @param unsaved why the database does not hold it yet; it stays in force and is saved before the next command
 */
public record AtOnce<A>(A answer, Optional<StoreError> unsaved) {
    /** The answer, or the failure to save it. */
    public A saved() {
        if (unsaved.isPresent()) throw unsaved.get();
        return answer;
    }
}
