package dev.writ.store;

import dev.writ.base.Nearest;
import dev.writ.base.Secret;
import dev.writ.base.Visible;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Where a PostgreSQL database is, as {@code jdbc:postgresql://host:port/database?user=role}, and how to be let in.
 *
 * <p>The address is shown in messages, so no secret may stand in it. It takes only the parameters of {@link #KNOWN}:
 * the driver has others that load classes by name or write files.
 *
 * @param password asked for at every connection, so that a password can be changed while we run; without one the driver
 *     looks into the password file of libpq ({@code PGPASSFILE}, {@code ~/.pgpass})
 */
public record Postgres(String url, Supplier<Optional<Secret>> password) {
    /** The parameters that an address may have. */
    public static final Set<String> KNOWN = Set.of(
            "user",
            "currentSchema",
            "sslmode",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "sslnegotiation",
            "channelBinding",
            "targetServerType");

    private static final Pattern FORM =
            Pattern.compile("jdbc:postgresql://([A-Za-z0-9._:,\\[\\]-]{1,500})/([A-Za-z0-9_$.-]{1,63})(?:\\?(.*))?");
    private static final Pattern THIS_MACHINE = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]+)?");
    private static final Set<String> SSL_MODES = Set.of("disable", "require", "verify-ca", "verify-full");

    public Postgres {
        // What may hold a password is never repeated in a message.
        if (url.contains("@") || parameterNames(url).stream().anyMatch(name -> name.contains("password")))
            throw new IllegalArgumentException("a password must not stand in the database's address, where others can"
                    + " read it; put it into a file or a variable");
        var form = FORM.matcher(url);
        if (!form.matches())
            throw new IllegalArgumentException(
                    "a database's address looks like jdbc:postgresql://HOST:PORT/DATABASE?user=ROLE");
        var parameters = parameters(url);
        for (var name : parameters.keySet())
            if (!KNOWN.contains(name))
                throw new IllegalArgumentException("the database's address has the unknown parameter "
                        + Visible.text(name, 40)
                        + Nearest.to(name, KNOWN)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse("; known are "
                                        + String.join(
                                                ", ", KNOWN.stream().sorted().toList())));
        if (parameters.getOrDefault("user", "").isBlank())
            throw new IllegalArgumentException("the database's address names no role; add user=ROLE");
        if (parameters.containsKey("sslmode") && !SSL_MODES.contains(parameters.get("sslmode")))
            throw new IllegalArgumentException(
                    "sslmode is disable, require, verify-ca or verify-full; what may silently go without is not offered");
    }

    /** The database for people: without role and parameters. */
    public String shown() {
        return "PostgreSQL at " + part(1) + "/" + part(2);
    }

    /** Whether its schema has no table yet. */
    public boolean unused() {
        try (var connection = new PostgresConnections(this).reading("writ", Patience.READING);
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()")) {
            row.next();
            return row.getLong(1) == 0;
        } catch (SQLException e) {
            throw PostgresErrors.of(e, this);
        }
    }

    String role() {
        return parameters(url).getOrDefault("user", "");
    }

    /** Traffic to another machine is encrypted and its server verified unless the address says otherwise. */
    Optional<String> sslModeByDefault() {
        if (parameters(url).containsKey("sslmode")) return Optional.empty();
        boolean here = Arrays.stream(part(1).split(","))
                .allMatch(host -> THIS_MACHINE.matcher(host).matches());
        return Optional.of(here ? "disable" : "verify-full");
    }

    @Override
    public String toString() {
        return shown();
    }

    private String part(int group) {
        var form = FORM.matcher(url);
        return form.matches() ? form.group(group) : "";
    }

    private static List<String> parameterNames(String url) {
        return Arrays.stream(url.split("[?&;]"))
                .filter(pair -> pair.contains("="))
                .map(pair -> pair.substring(0, pair.indexOf('=')))
                .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                .toList();
    }

    private static Map<String, String> parameters(String url) {
        var found = new LinkedHashMap<String, String>();
        if (url.indexOf('?') < 0) return found;
        for (var pair : url.substring(url.indexOf('?') + 1).split("&")) {
            if (pair.isEmpty()) continue;
            int equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            var value = equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            if (found.put(name, value) != null)
                throw new IllegalArgumentException("the database's address names " + Visible.text(name, 40) + " twice");
        }
        return found;
    }
}
