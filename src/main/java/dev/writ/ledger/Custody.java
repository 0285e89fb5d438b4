package dev.writ.ledger;

/**
 * Where a private key of a log is kept.
 *
 * @param place {@code file}, or {@code token} and what the token is called
 */
public record Custody(String algorithm, String place) {
    static final String FILE = "file";

    public boolean inFile() {
        return place.equals(FILE);
    }
}
