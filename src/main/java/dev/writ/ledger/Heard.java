package dev.writ.ledger;

/**
 * How it stands with one witness of a log, for people.
 *
 * @param cosigned up to which record it has cosigned since the start
 * @param trouble why it did not cosign the last time; empty when it did
 */
public record Heard(String witness, String url, long cosigned, String trouble) {}
