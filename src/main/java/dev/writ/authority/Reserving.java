package dev.writ.authority;

/** What came of reserving a call. */
public sealed interface Reserving {
    /** One call is charged; {@link Budgets#settle} it. */
    record Reserved(Reservation reservation) implements Reserving {}

    record Exhausted() implements Reserving {}

    record TaskOver() implements Reserving {}

    record NotFound() implements Reserving {}
}
