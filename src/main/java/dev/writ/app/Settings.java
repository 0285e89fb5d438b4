package dev.writ.app;

import dev.writ.base.Name;
import dev.writ.guard.RefusalQuota;
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
 * @param hold how long a call waits for a person before it is answered as pending; nothing: not at all
 * @param refusalsPerSecond how many refused attempts of a tenant become records of their own, on average
 * @param refusalMegabytesPerDay how much evidence the refused attempts of a tenant may cause in a day, about
 * @param refusalWindow how long the same refusal is counted instead of recorded again
 * @param callsMax calls in flight at once; one more is answered 503
 * @param bodyMegabytesMax bytes of requests in flight at once
 * @param tenantPercent the largest part of both that one tenant may take while nobody else calls
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
        String path,
        Duration hold,
        int refusalsPerSecond,
        int refusalMegabytesPerDay,
        Duration refusalWindow,
        int callsMax,
        int bodyMegabytesMax,
        int tenantPercent) {
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
        if (hold.isNegative() || hold.compareTo(Duration.ofMinutes(10)) > 0)
            throw new IllegalArgumentException("a call is held for 0 to 600 seconds");
        if (callsMax < 1 || bodyMegabytesMax < 1) throw new IllegalArgumentException("a limit is at least 1");
        if (bodyMegabytesMax > 64 << 10) throw new IllegalArgumentException("at most 65536 megabytes in flight");
        if (tenantPercent < 1 || tenantPercent > 100)
            throw new IllegalArgumentException("a tenant's part is 1 to 100 percent");
        var _ = quota(refusalsPerSecond, refusalMegabytesPerDay, refusalWindow);
        if (!installation.matches("[a-z0-9][a-z0-9./-]{0,99}") || installation.endsWith("/"))
            throw new IllegalArgumentException("an installation's name is like an address without scheme");
    }

    /** How much evidence refused attempts may cause. */
    RefusalQuota refusals() {
        return quota(refusalsPerSecond, refusalMegabytesPerDay, refusalWindow);
    }

    private static RefusalQuota quota(int perSecond, int megabytesPerDay, Duration window) {
        return new RefusalQuota(perSecond, (long) megabytesPerDay << 20, window);
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
                "/usr/local/bin:/usr/bin:/bin",
                Duration.ofSeconds(25),
                20,
                256,
                Duration.ofSeconds(60),
                1_000,
                64,
                75);
    }

    public Settings withPort(int otherPort) {
        return toBuilder().port(otherPort).build();
    }

    public Settings withHold(Duration otherHold) {
        return toBuilder().hold(otherHold).build();
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    /** These settings with some of them changed. */
    public static final class Builder {
        private Path data;
        private String address;
        private int port;
        private Set<String> hosts;
        private Set<String> origins;
        private String installation;
        private Name node;
        private String custody;
        private Network network;
        private Duration patience;
        private String path;
        private Duration hold;
        private int refusalsPerSecond;
        private int refusalMegabytesPerDay;
        private Duration refusalWindow;
        private int callsMax;
        private int bodyMegabytesMax;
        private int tenantPercent;

        private Builder(Settings from) {
            this.data = from.data;
            this.address = from.address;
            this.port = from.port;
            this.hosts = from.hosts;
            this.origins = from.origins;
            this.installation = from.installation;
            this.node = from.node;
            this.custody = from.custody;
            this.network = from.network;
            this.patience = from.patience;
            this.path = from.path;
            this.hold = from.hold;
            this.refusalsPerSecond = from.refusalsPerSecond;
            this.refusalMegabytesPerDay = from.refusalMegabytesPerDay;
            this.refusalWindow = from.refusalWindow;
            this.callsMax = from.callsMax;
            this.bodyMegabytesMax = from.bodyMegabytesMax;
            this.tenantPercent = from.tenantPercent;
        }

        public Builder data(Path now) {
            this.data = now;
            return this;
        }

        public Builder address(String now) {
            this.address = now;
            return this;
        }

        public Builder port(int now) {
            this.port = now;
            return this;
        }

        public Builder hosts(Set<String> now) {
            this.hosts = now;
            return this;
        }

        public Builder origins(Set<String> now) {
            this.origins = now;
            return this;
        }

        public Builder installation(String now) {
            this.installation = now;
            return this;
        }

        public Builder node(Name now) {
            this.node = now;
            return this;
        }

        public Builder custody(String now) {
            this.custody = now;
            return this;
        }

        public Builder network(Network now) {
            this.network = now;
            return this;
        }

        public Builder patience(Duration now) {
            this.patience = now;
            return this;
        }

        public Builder path(String now) {
            this.path = now;
            return this;
        }

        public Builder hold(Duration now) {
            this.hold = now;
            return this;
        }

        public Builder refusalsPerSecond(int now) {
            this.refusalsPerSecond = now;
            return this;
        }

        public Builder refusalMegabytesPerDay(int now) {
            this.refusalMegabytesPerDay = now;
            return this;
        }

        public Builder refusalWindow(Duration now) {
            this.refusalWindow = now;
            return this;
        }

        public Builder callsMax(int now) {
            this.callsMax = now;
            return this;
        }

        public Builder bodyMegabytesMax(int now) {
            this.bodyMegabytesMax = now;
            return this;
        }

        public Builder tenantPercent(int now) {
            this.tenantPercent = now;
            return this;
        }

        public Settings build() {
            return new Settings(
                    data,
                    address,
                    port,
                    hosts,
                    origins,
                    installation,
                    node,
                    custody,
                    network,
                    patience,
                    path,
                    hold,
                    refusalsPerSecond,
                    refusalMegabytesPerDay,
                    refusalWindow,
                    callsMax,
                    bodyMegabytesMax,
                    tenantPercent);
        }
    }
}
