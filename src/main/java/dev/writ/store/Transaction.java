package dev.writ.store;

import java.sql.SQLException;

/**
 * Work inside one database transaction; when it throws, nothing of it remains. It must not call the store again,
 * and it may be run again after a conflict or a lost connection, so it changes nothing but the database.
 */
@FunctionalInterface
public interface Transaction<T> {
    T run(Sql sql) throws SQLException;
}
