package dev.writ.authority;

import dev.writ.base.Id;
import dev.writ.base.Name;

/** Authority that has just gone: whoever acts under it must stop now. */
public sealed interface Revocation {
    Name tenant();

    /** A task ended, however it ended. */
    record OfTask(Name tenant, Task task) implements Revocation {}

    record OfAgent(Name tenant, Name agent) implements Revocation {}

    record OfPerson(Name tenant, Id person) implements Revocation {}

    record OfServer(Name tenant, Name server) implements Revocation {}

    /** Nobody of the tenant may act until it is resumed. */
    record OfTenant(Name tenant) implements Revocation {}
}
