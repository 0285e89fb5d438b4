package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * An MCP server.
 *
 * @param trust how far it is trusted, 0 (not at all) to 9; policies compare it
 * @param credentials what is injected into requests to it, at most {@value #CREDENTIALS_MAX}, each in a place of its own
 */
public record Server(
        Name name,
        Transport transport,
        int trust,
        Status status,
        List<Credential> credentials,
        Id registeredBy,
        Instant registeredAt) {
    public static final int CREDENTIALS_MAX = 20;

    /** Only an approved server is called. */
    public enum Status {
        PENDING,
        APPROVED,
        DISABLED
    }

    /**
     * A secret of the vault and the place where it goes.
     *
     * @param name the secret's name in the vault
     * @param header the request header, or the environment variable of a stdio server
     */
    public record Credential(Name name, String header) {
        private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,128}");

        public Credential {
            if (!TOKEN.matcher(header).matches())
                throw new IllegalArgumentException("a header has 1 to 128 characters of A-Z a-z 0-9 _ -");
        }

        Json.Obj json() {
            return Json.object()
                    .put("secret", name.text())
                    .put("header", header)
                    .build();
        }

        static Credential of(Json.Obj json) {
            return new Credential(
                    new Name(json.string("secret").orElse("")),
                    json.string("header").orElse(""));
        }
    }

    public Server {
        registeredBy.require("per");
        // With names such as server__tool, a trailing underscore would make a_ + b and a + _b the same.
        if (name.text().endsWith("_"))
            throw new IllegalArgumentException("a server's name does not end with an underscore: " + name);
        if (trust < 0 || trust > 9) throw new IllegalArgumentException("trust is 0 to 9, not " + trust);
        credentials = List.copyOf(credentials);
        if (credentials.size() > CREDENTIALS_MAX)
            throw new IllegalArgumentException("a server has at most " + CREDENTIALS_MAX + " credentials");
        var places = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (var credential : credentials)
            if (!places.add(credential.header()))
                throw new IllegalArgumentException("two credentials for " + credential.header());
        registeredAt = registeredAt.truncatedTo(ChronoUnit.MILLIS);
    }

    Server withStatus(Status now) {
        return new Server(name, transport, trust, now, credentials, registeredBy, registeredAt);
    }

    Server withTransport(Transport now) {
        return new Server(name, now, trust, status, credentials, registeredBy, registeredAt);
    }

    Server withCredentials(List<Credential> now) {
        return new Server(name, transport, trust, status, now, registeredBy, registeredAt);
    }

    Server withTrust(int now) {
        return new Server(name, transport, now, status, credentials, registeredBy, registeredAt);
    }
}
