package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An MCP server.
 *
 * @param trust how far it is trusted, 0 (not at all) to 9; policies compare it
 * @param credential what is injected into requests to it
 */
public record Server(
        Name name,
        Transport transport,
        int trust,
        Status status,
        Optional<Credential> credential,
        Id registeredBy,
        Instant registeredAt) {
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
    }

    public Server {
        registeredBy.require("per");
        // With names such as server__tool, a trailing underscore would make a_ + b and a + _b the same.
        if (name.text().endsWith("_"))
            throw new IllegalArgumentException("a server's name does not end with an underscore: " + name);
        if (trust < 0 || trust > 9) throw new IllegalArgumentException("trust is 0 to 9, not " + trust);
        registeredAt = registeredAt.truncatedTo(ChronoUnit.MILLIS);
    }

    Server withStatus(Status now) {
        return new Server(name, transport, trust, now, credential, registeredBy, registeredAt);
    }

    Server withTransport(Transport now) {
        return new Server(name, now, trust, status, credential, registeredBy, registeredAt);
    }

    Server withCredential(Optional<Credential> now) {
        return new Server(name, transport, trust, status, now, registeredBy, registeredAt);
    }

    Server withTrust(int now) {
        return new Server(name, transport, now, status, credential, registeredBy, registeredAt);
    }
}
