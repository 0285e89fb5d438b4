package dev.writ.ledger;

/** What the side store knows about a value that a record commits to. */
public sealed interface SideValue {
    /** The value and the salt of its commitment. */
    @SuppressWarnings("ArrayRecordComponent") // bytes handed over once
    record Present(byte[] value, byte[] salt) implements SideValue {}

    /** The key was overwritten; {@code orderedBy} is the index of the record that ordered it. */
    record Erased(long orderedBy) implements SideValue {}

    /** The record commits to a value that the store does not hold, or holds damaged: somebody removed it. */
    record Missing(String why) implements SideValue {}

    /** There is no such record, or it commits to no value of that name. */
    record Unknown() implements SideValue {}
}
