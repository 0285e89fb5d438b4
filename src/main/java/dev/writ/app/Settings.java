package dev.writ.app;

import dev.writ.base.Name;
import dev.writ.guard.RefusalQuota;
import dev.writ.http.server.TlsFiles;
import dev.writ.ledger.WitnessRule;
import dev.writ.store.Postgres;
import dev.writ.witness.Peer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator may set; everything has a default, and a fresh start needs none of it.
 *
 * @param data the data folder
 * @param address where the listener binds
 * @param port 0 for any free one
 * @param hosts further names that a Host header may carry
 * @param tls the files of the listener's TLS; without them it is plain
 * @param publicUrl the URL under which others reach Writ where that is not the listener's own
 * @param origins further values that an Origin header may carry
 * @param installation the first part of every log's origin, like a URL without scheme
 * @param node which node this is; it stands in every record
 * @param custody {@code separate}, or {@code shared-user} where agents run as the same system user as Writ
 * @param network which addresses MCP servers may have
 * @param metadataNetwork where documents may lie that strangers point to; loopback is for networks that reach nobody
 * @param patience how long an MCP server may take to answer
 * @param path the PATH that stdio servers get
 * @param witnesses who cosigns our logs
 * @param witnessQuorum how many of them make a checkpoint a witnessed one; 0: more than half
 * @param witnessLag how long a record may wait for that before new actions are refused; nothing: for ever
 * @param witnessLagRecords how many records may wait for that; 0: any number
 * @param hold how long a call waits for a person before it is answered as pending; nothing: not at all
 * @param db the address of a PostgreSQL database, without a password; without one the state is in the data folder
 * @param dbPasswordFile a file that holds the database's password and nothing else
 * @param keys the token in which the logs' keys are; without one they are in files
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
        Optional<TlsFiles> tls,
        Set<String> hosts,
        Set<String> origins,
        Optional<URI> publicUrl,
        String installation,
        Name node,
        String custody,
        Network network,
        Network metadataNetwork,
        Duration patience,
        String path,
        Duration hold,
        Optional<String> db,
        Optional<Path> dbPasswordFile,
        List<Peer> witnesses,
        int witnessQuorum,
        Duration witnessLag,
        long witnessLagRecords,
        Optional<Pkcs11> keys,
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
        witnesses = List.copyOf(witnesses);
        var _ = dev.writ.http.server.Settings.loopback(0).known(publicUrl);
        if (tls.isPresent()
                && publicUrl.filter(url -> url.getScheme().equals("http")).isPresent())
            throw new IllegalArgumentException("where Writ speaks TLS, the public URL is https");
        if (witnessQuorum < 0) throw new IllegalArgumentException("a quorum is not negative");
        if (witnessLag.isNegative() || witnessLag.compareTo(Duration.ofDays(1)) > 0 || witnessLagRecords < 0)
            throw new IllegalArgumentException("a lag is 0 to 86400 seconds, and not negative");
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
        db.ifPresent(url -> new Postgres(url, Optional::empty));
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
                Optional.empty(),
                Set.of(),
                Set.of(),
                Optional.empty(),
                "writ.local",
                new Name("node-1"),
                "shared-user",
                Network.ANY,
                Network.PUBLIC,
                Duration.ofSeconds(60),
                "/usr/local/bin:/usr/bin:/bin",
                Duration.ofSeconds(25),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                0,
                Duration.ofSeconds(60),
                1_000_000,
                Optional.empty(),
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

    public Settings withPatience(Duration otherPatience) {
        return toBuilder().patience(otherPatience).build();
    }

    public Settings withDb(String url) {
        return toBuilder().db(url).build();
    }

    /** Cosigned by these, with the defaults beside. */
    public Settings withWitnesses(List<Peer> peers, int quorum, Duration lag) {
        return toBuilder()
                .witnesses(peers)
                .witnessQuorum(quorum)
                .witnessLag(lag)
                .build();
    }

    /** What the ledger asks of its witnesses. */
    WitnessRule witnessRule() {
        int wanted = witnessQuorum == 0 ? witnesses.size() / 2 + 1 : witnessQuorum;
        if (!witnesses.isEmpty() && wanted > witnesses.size())
            throw new StartFailure(
                    "witness.quorum asks for " + wanted + " of " + witnesses.size() + " witnesses",
                    "name more witnesses or ask for fewer",
                    null);
        return new WitnessRule(Peer.quorum(witnesses, wanted), witnessLag, witnessLagRecords);
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    /** These settings with some of them changed. */
    public static final class Builder {
        private Path data;
        private String address;
        private int port;
        private Optional<TlsFiles> tls;
        private Set<String> hosts;
        private Set<String> origins;
        private Optional<URI> publicUrl;
        private String installation;
        private Name node;
        private String custody;
        private Network network;
        private Network metadataNetwork;
        private Duration patience;
        private String path;
        private Duration hold;
        private Optional<String> db;
        private Optional<Path> dbPasswordFile;
        private List<Peer> witnesses;
        private int witnessQuorum;
        private Duration witnessLag;
        private long witnessLagRecords;
        private Optional<Pkcs11> keys;
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
            this.tls = from.tls;
            this.hosts = from.hosts;
            this.origins = from.origins;
            this.publicUrl = from.publicUrl;
            this.installation = from.installation;
            this.node = from.node;
            this.custody = from.custody;
            this.network = from.network;
            this.metadataNetwork = from.metadataNetwork;
            this.patience = from.patience;
            this.path = from.path;
            this.hold = from.hold;
            this.db = from.db;
            this.dbPasswordFile = from.dbPasswordFile;
            this.witnesses = from.witnesses;
            this.witnessQuorum = from.witnessQuorum;
            this.witnessLag = from.witnessLag;
            this.witnessLagRecords = from.witnessLagRecords;
            this.keys = from.keys;
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

        public Builder tls(TlsFiles now) {
            this.tls = Optional.of(now);
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

        public Builder publicUrl(URI now) {
            this.publicUrl = Optional.of(now);
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

        public Builder metadataNetwork(Network now) {
            this.metadataNetwork = now;
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

        public Builder db(String now) {
            this.db = Optional.of(now);
            return this;
        }

        public Builder dbPasswordFile(Path now) {
            this.dbPasswordFile = Optional.of(now);
            return this;
        }

        public Builder witnesses(List<Peer> now) {
            this.witnesses = now;
            return this;
        }

        public Builder witnessQuorum(int now) {
            this.witnessQuorum = now;
            return this;
        }

        public Builder witnessLag(Duration now) {
            this.witnessLag = now;
            return this;
        }

        public Builder witnessLagRecords(long now) {
            this.witnessLagRecords = now;
            return this;
        }

        public Builder keys(Pkcs11 now) {
            this.keys = Optional.of(now);
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
                    tls,
                    hosts,
                    origins,
                    publicUrl,
                    installation,
                    node,
                    custody,
                    network,
                    metadataNetwork,
                    patience,
                    path,
                    hold,
                    db,
                    dbPasswordFile,
                    witnesses,
                    witnessQuorum,
                    witnessLag,
                    witnessLagRecords,
                    keys,
                    refusalsPerSecond,
                    refusalMegabytesPerDay,
                    refusalWindow,
                    callsMax,
                    bodyMegabytesMax,
                    tenantPercent);
        }
    }
}
