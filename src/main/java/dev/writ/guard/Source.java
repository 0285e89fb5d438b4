package dev.writ.guard;

import dev.writ.registry.Access;
import dev.writ.registry.Server;
import java.util.List;

/**
 * What a server's credentials were read from; as long as it is the same, so are they.
 *
 * @param seals the sealed form of each secret, in the order of the registration: a new value has a new one
 */
public record Source(List<Server.Credential> credentials, Access access, List<String> seals) {
    public Source {
        credentials = List.copyOf(credentials);
        seals = List.copyOf(seals);
    }

    @Override
    public String toString() {
        return "Source[" + credentials.size() + " credentials]";
    }
}
