package dev.writ.guard;

import dev.writ.authority.Consent;
import dev.writ.authority.Task;
import java.util.List;
import java.util.Optional;

/** What a record tells of the authority under which somebody acts. */
sealed interface Ground permits Standing, Under {
    Task task();

    Optional<Consent> consent();

    /** The task's scope in canonical form. */
    byte[] scope();

    /** The persons and agents through whom the authority came, the person first. */
    List<String> chain();
}
