package dev.writ.app;

import dev.writ.admin.Api;
import dev.writ.admin.Installation;
import dev.writ.admin.ProviderWeb;
import dev.writ.admin.console.Console;
import dev.writ.admin.provisioning.EventsEndpoint;
import dev.writ.admin.provisioning.ScimEndpoint;
import dev.writ.authority.Authority;
import dev.writ.base.Drbg;
import dev.writ.base.Headers;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.base.SteadyClock;
import dev.writ.gateway.mcp.McpEndpoint;
import dev.writ.gateway.oauth.OauthEndpoint;
import dev.writ.gateway.oauth.ServerConnections;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Issuing;
import dev.writ.guard.Journal;
import dev.writ.guard.Policies;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.FirstStart;
import dev.writ.guard.replay.Reconciliation;
import dev.writ.http.Loops;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Limits;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Tls;
import dev.writ.http.server.TlsFiles;
import dev.writ.identity.Identity;
import dev.writ.identity.issuer.Issuer;
import dev.writ.identity.issuer.Proofs;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerSettings;
import dev.writ.ledger.Reserve;
import dev.writ.pages.Site;
import dev.writ.pages.Visits;
import dev.writ.policy.publish.BundleStore;
import dev.writ.policy.publish.FrontEnd;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.policy.publish.Publisher;
import dev.writ.registry.Registry;
import dev.writ.store.Schema;
import dev.writ.store.Store;
import dev.writ.upstream.Metadata;
import dev.writ.upstream.Upstreams;
import dev.writ.upstream.oauth.Home;
import dev.writ.upstream.oauth.Tokens;
import dev.writ.vault.Vault;
import dev.writ.witness.Cosigner;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The whole system, put together in the order in which its parts need each other: read from top to bottom, it is the
 * picture of Writ. A test starts it in its own process with port 0; {@link #close} takes it down in reverse order.
 */
public final class Wiring implements AutoCloseable {
    /** The tenant of a fresh installation. */
    public static final Name TENANT = new Name("default");

    private static final int THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofSeconds(5);
    private static final Duration CEDAR_TIME_MAX = Duration.ofSeconds(60);

    private final Deque<AutoCloseable> opened;
    private final Parts parts;
    private final HttpServer server;
    private Optional<String> firstLink = Optional.empty();

    /** The parts that a gateway, a test or the program itself may need. */
    public record Parts(
            Settings settings,
            InstantSource clock,
            Ids ids,
            Store store,
            Ledger ledger,
            Registry registry,
            Authority authority,
            Identity identity,
            Vault vault,
            Policies policies,
            Issuing issuing,
            Guard guard,
            Upstreams upstreams,
            Control control) {}

    private Wiring(Deque<AutoCloseable> opened, Parts parts, HttpServer server) {
        this.opened = opened;
        this.parts = parts;
        this.server = server;
    }

    /**
     * Starts everything; when a part cannot start, those that did are closed again.
     *
     * @param random must be unpredictable: keys and ids are made of it
     */
    public static Wiring start(Settings settings, InstantSource clock, SecureRandom random) {
        return start(settings, clock, random, List.of());
    }

    /** As the other one, with routes beside those of the control plane and the MCP gateway. */
    public static Wiring start(
            Settings settings, InstantSource clock, SecureRandom random, List<Function<Parts, List<Route>>> gateways) {
        var opened = new ArrayDeque<AutoCloseable>();
        try {
            return start(settings, clock, random, opened, gateways);
        } catch (RuntimeException e) {
            close(opened, e);
            throw e;
        }
    }

    private static Wiring start(
            Settings settings,
            InstantSource machine,
            SecureRandom random,
            Deque<AutoCloseable> opened,
            List<Function<Parts, List<Route>>> gateways) {
        var clock = new SteadyClock(machine);
        var tls = settings.tls().map(files -> Tls.open(files, clock));
        var folder = DataFolder.open(settings.data());
        var ids = new Ids(clock, new Drbg(random));

        var node = folder.node(settings.node());
        var store = StateStore.open(settings, folder, ids, schemas());
        opened.push(store);
        var token = settings.keys().map(keys -> keys.open(random));
        token.ifPresent(opened::push);
        var ledger = Ledger.open(
                new LedgerSettings(folder.root(), settings.installation(), node)
                        .witnessedBy(settings.witnessRule())
                        .signedIn(token),
                clock,
                random);
        opened.push(ledger);
        // Without evidence nothing passes: whoever no longer has the database must not decide by what it remembers.
        store.onOver(_ -> ledger.close());
        // Before anything is decided or recorded: a witness may know more of this ledger than we do.
        if (!settings.witnesses().isEmpty()) opened.push(Cosigner.start(ledger, settings.witnesses(), clock));
        var registry = new Registry(store, clock);
        var authority = new Authority(store, clock);
        opened.push(authority);
        var identity = new Identity(store, clock, random);
        opened.push(identity);
        var vault = Vault.open(store, folder.keys(), random);

        var publisher = new Publisher(new FrontEnd(CEDAR_TIME_MAX));
        var policies = new Policies();
        for (var tenant : registry.tenants()) policies.add(tenant, livePolicies(folder, tenant, publisher));
        var reserve = Reserve.open(folder.reserve());
        opened.push(reserve);
        var agreement = new Reconciliation.Parts(
                store, ledger, registry, authority, identity, vault, policies, reserve, node, clock);
        var reconciliation = new Reconciliation(agreement);
        reconciliation.check();
        var journal = new Journal(store, ledger, node, clock);
        journal.start();
        var listening = new AtomicReference<>("");
        var issuing = new Issuing(
                new Issuer(folder.keys(), clock, random),
                new Proofs(clock, random),
                random,
                () -> settings.publicUrl().map(URI::toString).orElseGet(listening::get),
                () -> aliases(settings, listening.get()));
        var guard = new Guard(
                new Guard.Parts(identity, registry, authority, policies, ledger, vault, issuing),
                node,
                settings.custody(),
                ids,
                clock,
                journal,
                reserve,
                settings.refusals());
        opened.push(guard);
        reconciliation.run(guard, journal);
        opened.push(() -> journal.note(agreement::settle, agreement::bundle, true));

        var loops = Loops.start(THREADS, "http");
        opened.push(loops);
        var client = HttpClient.start(dev.writ.http.client.Settings.to(destinations(settings.network())), loops);
        opened.push(client);
        var home = new Home(issuing.base());
        var tokens = new Tokens(guard, client, destinations(settings.network()), random, clock, home);
        var upstreams = new Upstreams(guard, client, folder.work(), settings.path(), settings.patience(), tokens);
        opened.push(upstreams);
        var control = new Control(new Control.Parts(
                guard,
                registry,
                authority,
                identity,
                vault,
                ledger,
                policies,
                tenant -> livePolicies(folder, tenant, publisher),
                publisher,
                folder.policies(),
                ids,
                clock));
        var parts = new Parts(
                settings, clock, ids, store, ledger, registry, authority, identity, vault, policies, issuing, guard,
                upstreams, control);

        var founded = new AtomicReference<Optional<FirstStart.Founded>>(Optional.empty());
        var owner = firstStart(control, folder, settings, founded);

        var mcp = new McpEndpoint(guard, upstreams, random, clock, settings.hold());
        opened.push(mcp);
        Supplier<Site> site =
                () -> settings.publicUrl().map(Site::new).orElseGet(() -> Site.of(URI.create(listening.get())));
        var api = new Api(
                control,
                upstreams,
                new Installation(
                        Version.TEXT,
                        settings.node().text(),
                        settings.custody(),
                        clock.instant(),
                        listening::get,
                        site,
                        TENANT,
                        () -> tls.flatMap(Tls::trouble)));
        var visits = new Visits<Caller.OfPerson>(
                site,
                guard::signedIn,
                (person, tenant) -> person.tenant().text().equals(tenant),
                random);
        var metadata = new Metadata(
                guard,
                client,
                destinations(settings.metadataNetwork()),
                settings.metadataNetwork() == Settings.Network.LOOPBACK);
        // Administrators name providers, so they may be where servers may be; each URL of theirs is https, or on this
        // machine.
        var provided = new ProviderWeb(new Metadata(guard, client, destinations(settings.network()), true));
        var oauth = new OauthEndpoint(
                control, metadata, visits, clock, tls.filter(Tls::asks).isPresent());
        var routes = new ArrayList<>(api.routes());
        routes.addAll(mcp.routes());
        routes.addAll(new ServerConnections(upstreams.connections(), home, control, visits).routes());
        routes.addAll(oauth.routes());
        routes.addAll(new Console(control, visits, provided, TENANT).routes());
        routes.addAll(new ScimEndpoint(control.provisioning()).routes());
        routes.addAll(new EventsEndpoint(control.provisioning(), provided, TENANT).routes());
        for (var gateway : gateways) routes.addAll(gateway.apply(parts));
        var server = HttpServer.start(listening(settings, guard).secured(tls), new Routes(routes), clock, loops);
        opened.push(server);

        var wiring = new Wiring(opened, parts, server);
        listening.set(wiring.url().toString());
        founded.get()
                .ifPresent(first -> wiring.firstLink = Optional.of(site.get()
                        .at("/ui/enrol?link="
                                + control.firstStart()
                                        .link(TENANT, first.person())
                                        .reveal())));
        // With TLS by the name that the certificate has.
        var known = tls.flatMap(_ -> settings.publicUrl()).orElseGet(wiring::url);
        owner.ifPresent(key -> new OwnerFile(folder.ownerFile())
                .write(known, TENANT, key, settings.tls().map(TlsFiles::certificate)));
        Runnable settling = () -> {
            // Also finds out, while nothing else is written, that the database is no longer ours.
            store.probe();
            agreement.settle();
        };
        Runnable noting = () -> journal.note(agreement::settle, agreement::bundle, false);
        opened.push(new Ticker(TICK, List.of(control.tasks()::expire, identity::saveLastUsed, settling, noting)));
        tls.ifPresent(each -> opened.push(new Ticker(TICK, List.of(each::renew))));
        opened.push(new Ticker(SECOND, List.of(guard::tick)));
        return wiring;
    }

    /** Makes the first tenant when there is none; the first person's credential, as far as it can still be had. */
    private static Optional<Secret> firstStart(
            Control control,
            DataFolder folder,
            Settings settings,
            AtomicReference<Optional<FirstStart.Founded>> first) {
        var file = new OwnerFile(folder.ownerFile());
        if (control.firstStart().due(TENANT))
            // Kept before the beginning is complete: a crash in between makes another one, and locks nobody out.
            control.firstStart()
                    .found(
                            TENANT,
                            "Owner",
                            "owner@localhost",
                            // Port 0 until we listen: whoever holds our port by then must not be sent the key.
                            founded -> {
                                first.set(Optional.of(founded));
                                file.write(url("http", settings.address(), 0), TENANT, founded.text());
                            });
        return file.key();
    }

    public Parts parts() {
        return parts;
    }

    public HttpServer server() {
        return server;
    }

    /** With what the first person signs in; there is one at the very first start alone. */
    public Optional<String> firstLink() {
        return firstLink;
    }

    /** Where people and agents reach it, without a slash at the end. */
    public URI url() {
        var address = server.address();
        var any = address.getAddress().isAnyLocalAddress();
        return url(
                parts.settings().tls().isPresent() ? "https" : "http",
                any ? "127.0.0.1" : address.getAddress().getHostAddress(),
                address.getPort());
    }

    private static URI url(String scheme, String host, int port) {
        return URI.create(scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    @Override
    public synchronized void close() {
        var failure = new RuntimeException("not everything could be closed");
        close(opened, failure);
        if (failure.getSuppressed().length > 0) throw failure;
    }

    private static void close(Deque<AutoCloseable> opened, RuntimeException because) {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                because.addSuppressed(e);
            }
        }
    }

    /** The tables of every part that keeps something. */
    public static List<Schema> schemas() {
        return List.of(Registry.schema(), Authority.schema(), Identity.schema(), Vault.schema());
    }

    private static LivePolicies livePolicies(DataFolder folder, Name tenant, Publisher publisher) {
        return LivePolicies.open(new BundleStore(folder.bundles(tenant)), publisher);
    }

    /** Under which names clients reach our resources: the public one, and this machine's own with our port. */
    private static Set<String> aliases(Settings settings, String listening) {
        var all = new LinkedHashSet<String>();
        settings.publicUrl().map(URI::toString).ifPresent(all::add);
        all.add(listening);
        int port = listening.lastIndexOf(':');
        for (var name : List.of("127.0.0.1", "localhost", "[::1]"))
            if (port > "https:".length())
                all.add(listening.substring(0, listening.indexOf("://") + 3) + name + listening.substring(port));
        return all;
    }

    private static Destinations destinations(Settings.Network network) {
        return switch (network) {
            case ANY -> Destinations.anyGrantable();
            case PUBLIC -> Destinations.publicOnly();
            case LOOPBACK -> Destinations.loopbackOnly();
        };
    }

    private static dev.writ.http.server.Settings listening(Settings settings, Guard guard) {
        var limits = Limits.DEFAULT.withCaps(
                Limits.DEFAULT.connectionsMax(), settings.callsMax(), (long) settings.bodyMegabytesMax() << 20);
        return new dev.writ.http.server.Settings(
                        settings.address(), settings.port(), settings.hosts(), settings.origins(), limits, THREADS)
                .shared(headers -> tenant(guard, headers), settings.tenantPercent())
                .known(settings.publicUrl());
    }

    /** In whose share a request counts; whoever shows no credential in force shares one with all others like that. */
    private static String tenant(Guard guard, Headers headers) {
        return guard.tenantOf(headers.only("authorization")).map(Name::text).orElse("");
    }
}
