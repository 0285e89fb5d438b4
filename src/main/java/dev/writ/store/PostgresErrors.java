package dev.writ.store;

import java.io.FileNotFoundException;
import java.net.SocketTimeoutException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;

/**
 * What PostgreSQL's error codes mean to a person (PostgreSQL documentation, appendix A). The server's own text is left
 * out: it quotes values.
 */
final class PostgresErrors {
    private PostgresErrors() {}

    /** Whether two transactions were in each other's way and this one was undone: it may be run again. */
    static boolean inTheWay(SQLException e) {
        return state(e).equals("40001") || state(e).equals("40P01");
    }

    /** Whether the connection is gone with it; until the commit was sent, everything of the transaction is undone. */
    static boolean connectionLost(SQLException e) {
        var state = state(e);
        return state.startsWith("08")
                || state.startsWith("57P0")
                || state.equals("25P03")
                || state.equals("25P04")
                || state.equals("57P05");
    }

    static boolean timedOut(SQLException e) {
        return causedBy(e, SocketTimeoutException.class);
    }

    private static boolean causedBy(SQLException e, Class<? extends Throwable> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) if (type.isInstance(cause)) return true;
        return false;
    }

    static StoreError of(SQLException e, Postgres where) {
        var state = state(e);
        var at = where.shown();
        if (timedOut(e)) return Lane.stalled(e);
        if (causedBy(e, FileNotFoundException.class) || causedBy(e, NoSuchFileException.class))
            return error(
                    StoreError.Code.DENIED,
                    "a certificate or key for " + at + " cannot be read; name the authority's certificate with"
                            + " sslrootcert=FILE, or choose another sslmode",
                    e);
        if (causedBy(e, SSLException.class))
            return error(
                    StoreError.Code.DENIED,
                    "the TLS certificate of " + at + " cannot be verified; check sslrootcert and the server's name",
                    e);
        return switch (state) {
            case "57014", "55P03" -> Lane.stalled(e);
            case "53100" ->
                error(StoreError.Code.DISK_FULL, "the disk of " + at + " is full, nothing was changed; free space", e);
            case "53300" ->
                error(StoreError.Code.OVERLOADED, at + " has no connection left; raise max_connections or end some", e);
            case "53000", "53200", "53400" ->
                error(StoreError.Code.OVERLOADED, at + " has no resources left; nothing was changed", e);
            case "25006" ->
                error(
                        StoreError.Code.READ_ONLY,
                        at + " cannot be written: it is a standby or set to read only; name the primary",
                        e);
            case "28P01", "28000" ->
                error(
                        StoreError.Code.DENIED,
                        at + " does not let the role " + where.role() + " in; check its password and pg_hba.conf",
                        e);
            case "08004" ->
                error(StoreError.Code.UNREACHABLE, at + " turns connections away, or offers no TLS where it must", e);
            case "3D000" -> error(StoreError.Code.UNREACHABLE, at + " does not exist; create it first", e);
            case "42501" ->
                error(
                        StoreError.Code.DENIED,
                        "the role " + where.role() + " lacks a right on " + at
                                + "; it must own the schema or have CREATE and USAGE on it",
                        e);
            case "XX001", "XX002" -> error(StoreError.Code.CORRUPT, at + " is damaged; restore a backup", e);
            default -> byClass(e, state, at);
        };
    }

    private static StoreError byClass(SQLException e, String state, String at) {
        if (state.startsWith("23"))
            return error(StoreError.Code.CONFLICT, "a constraint refused the change; nothing was changed", e);
        if (connectionLost(e))
            return error(
                    StoreError.Code.UNREACHABLE,
                    at + " cannot be reached; nothing was changed, start it or check the way to it",
                    e);
        if (inTheWay(e))
            return error(StoreError.Code.CONFLICT, "other transactions were in the way again and again; try again", e);
        return error(StoreError.Code.FAILED, at + " failed with " + (state.isEmpty() ? "no code" : state), e);
    }

    private static String state(SQLException e) {
        var state = e.getSQLState();
        return state == null ? "" : state;
    }

    private static StoreError error(StoreError.Code code, String message, SQLException e) {
        return new StoreError(code, message, e);
    }
}
