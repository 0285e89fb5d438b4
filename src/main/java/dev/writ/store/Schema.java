package dev.writ.store;

import java.util.List;

/**
 * The tables of one part as numbered steps: step {@code i} of the list leads from version {@code i} to {@code i + 1}.
 * Steps are never edited once released (their digests are kept and compared), only added: expand first, contract in a
 * later release, so that two adjacent versions run on the same database.
 *
 * @param steps SQL statements separated by semicolons; a semicolon inside a literal is not supported
 */
public record Schema(String part, List<String> steps) {
    public Schema {
        if (!part.matches("[a-z]{1,30}")) throw new IllegalArgumentException("not the name of a part: " + part);
        steps = List.copyOf(steps);
    }
}
