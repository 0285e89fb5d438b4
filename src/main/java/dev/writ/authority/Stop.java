package dev.writ.authority;

import dev.writ.store.StoreError;
import java.util.List;
import java.util.Optional;

/** What came of taking authority away. */
public sealed interface Stop {
    /**
     * In force.
     *
     * @param ended the tasks that ended by it
     * @param unsaved why the database does not hold it yet; it is in force nevertheless and is saved before the next
     *     command, but a process that ends before that forgets it
     */
    record Stopped(List<Task> ended, Optional<StoreError> unsaved) implements Stop {}

    record AlreadyEnded(Task task) implements Stop {}

    record NotFound() implements Stop {}
}
