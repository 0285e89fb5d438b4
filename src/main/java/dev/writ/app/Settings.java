package dev.writ.app;

import dev.writ.base.Name;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * What an operator may set; everything has a default, and a fresh start needs none of it.
 *
 * @param data the data folder
 * @param address where the listener binds
 * @param port 0 for any free one
 * @param hosts further names that a Host header may carry
 * @param origins further values that an Origin header may carry
 * @param installation the first part of every log's origin, like a URL without scheme
 * @param node which node this is; it stands in every record
 * @param custody {@code separate}, or {@code shared-user} where agents run as the same system user as Writ
 * @param network which addresses MCP servers may have
 * @param patience how long an MCP server may take to answer
 * @param path the PATH that stdio servers get
 */
public record Settings(
        Path data,
        String address,
        int port,
        Set<String> hosts,
        Set<String> origins,
        String installation,
        Name node,
        String custody,
        Network network,
        Duration patience,
        String path) {
    public static final int PORT = 7400;

    /** Which addresses may be dialled; metadata services and the like are forbidden in every case. */
    public enum Network {
        /** Everything but what never may be. */
        ANY,
        /** Addresses of the internet. */
        PUBLIC,
        /** This machine. */
        LOOPBACK
    }

    public Settings {
        hosts = Set.copyOf(hosts);
        origins = Set.copyOf(origins);
        if (port < 0 || port > 65_535) throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
        if (!Set.of("separate", "shared-user").contains(custody))
            throw new IllegalArgumentException("custody is separate or shared-user, not " + custody);
        if (!patience.isPositive() || patience.compareTo(Duration.ofHours(1)) > 0)
            throw new IllegalArgumentException("patience is more than nothing and at most an hour");
    }

    /** The defaults. */
    public static Settings of(Path data) {
        return new Settings(
                data,
                "127.0.0.1",
                PORT,
                Set.of(),
                Set.of(),
                "writ.local",
                new Name("node-1"),
                "shared-user",
                Network.ANY,
                Duration.ofSeconds(60),
                "/usr/local/bin:/usr/bin:/bin");
    }

    public Settings withPort(int otherPort) {
        return new Settings(
                data, address, otherPort, hosts, origins, installation, node, custody, network, patience, path);
    }
}
