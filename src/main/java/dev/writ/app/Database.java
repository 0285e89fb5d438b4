package dev.writ.app;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the state is, on a command line; a password never stands there. */
final class Database {
    @Option(
            names = "--db",
            paramLabel = "URL",
            description = "a PostgreSQL database instead of the data folder's own:"
                    + " jdbc:postgresql://HOST:PORT/DATABASE?user=ROLE, never with a password")
    Optional<String> url = Optional.empty();

    @Option(
            names = "--db-password-file",
            paramLabel = "FILE",
            description = "holds the database's password (or the variable WRIT_DB_PASSWORD, or ~/.pgpass)")
    Optional<Path> passwordFile = Optional.empty();
}
