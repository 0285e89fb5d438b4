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
 * @param access how it is shown who calls, where its list of secrets does not say all
 */
public record Server(
        Name name,
        Transport transport,
        int trust,
        Status status,
        List<Credential> credentials,
        Access access,
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
     * @param personal whether each person has one of that name, and the task's person's own is used
     */
    public record Credential(Name name, String header, boolean personal) {
        private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,128}");

        public Credential {
            if (!TOKEN.matcher(header).matches())
                throw new IllegalArgumentException("a header has 1 to 128 characters of A-Z a-z 0-9 _ -");
        }

        /** A secret that is the same for everybody. */
        public Credential(Name name, String header) {
            this(name, header, false);
        }

        public Json.Obj json() {
            var json = Json.object().put("secret", name.text()).put("header", header);
            if (personal) json.put("personal", true);
            return json.build();
        }

        /** Reads what {@link #json} wrote. */
        public static Credential of(Json.Obj json) {
            return new Credential(
                    new Name(json.string("secret").orElse("")),
                    json.string("header").orElse(""),
                    json.bool("personal").orElse(false));
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
        if (access.kind() != Access.Kind.STATIC && !credentials.isEmpty())
            throw new IllegalArgumentException("a server with secrets of its own has auth of kind static");
        if (access.kind().byOAuth() && !(transport instanceof Transport.Http))
            throw new IllegalArgumentException("only a server over HTTP is shown tokens");
        registeredAt = registeredAt.truncatedTo(ChronoUnit.MILLIS);
    }

    /** A server that is shown its secrets and nothing else. */
    public Server(
            Name name,
            Transport transport,
            int trust,
            Status status,
            List<Credential> credentials,
            Id registeredBy,
            Instant registeredAt) {
        this(name, transport, trust, status, credentials, Access.SECRETS, registeredBy, registeredAt);
    }

    Server withStatus(Status now) {
        return new Server(name, transport, trust, now, credentials, access, registeredBy, registeredAt);
    }

    Server withTransport(Transport now) {
        return new Server(name, now, trust, status, credentials, access, registeredBy, registeredAt);
    }

    /** With other secrets and another way to be shown who calls: they are checked together. */
    public Server shown(List<Credential> secrets, Access now) {
        return new Server(name, transport, trust, status, secrets, now, registeredBy, registeredAt);
    }

    Server withTrust(int now) {
        return new Server(name, transport, now, status, credentials, access, registeredBy, registeredAt);
    }
}
