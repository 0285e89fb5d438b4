package dev.writ.app;

import dev.writ.authority.Authority;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.guard.Guard;
import dev.writ.guard.Policies;
import dev.writ.guard.control.Control;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.HttpClient;
import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Limits;
import dev.writ.http.server.Route;
import dev.writ.http.server.Routes;
import dev.writ.identity.Identity;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerSettings;
import dev.writ.policy.publish.BundleStore;
import dev.writ.policy.publish.FrontEnd;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.policy.publish.Publisher;
import dev.writ.registry.Registry;
import dev.writ.store.Store;
import dev.writ.upstream.Upstreams;
import dev.writ.vault.Vault;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * The whole system, put together in the order in which its parts need each other: read from top to bottom, it is the
 * picture of Writ. A test starts it in its own process with port 0; {@link #close} takes it down in reverse order.
 */
public final class Wiring implements AutoCloseable {
    private static final Duration CEDAR_TIME_MAX = Duration.ofSeconds(60);

    private final Deque<AutoCloseable> opened;
    private final Parts parts;
    private final HttpServer server;

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
     * @param gateways make the routes that are served beside the control plane's own
     * @param random must be unpredictable: keys and ids are made of it
     */
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
            InstantSource clock,
            SecureRandom random,
            Deque<AutoCloseable> opened,
            List<Function<Parts, List<Route>>> gateways) {
        var folder = DataFolder.open(settings.data());
        var ids = new Ids(clock, random);

        var store = Store.open(
                folder.database(), List.of(Registry.schema(), Authority.schema(), Identity.schema(), Vault.schema()));
        opened.push(store);
        var ledger =
                Ledger.open(new LedgerSettings(folder.root(), settings.installation(), settings.node()), clock, random);
        opened.push(ledger);
        var registry = new Registry(store, clock);
        var authority = new Authority(store, clock);
        opened.push(authority);
        var identity = new Identity(store, clock, random);
        opened.push(identity);
        var vault = Vault.open(store, folder.keys(), random);

        var publisher = new Publisher(new FrontEnd(CEDAR_TIME_MAX));
        var policies = new Policies();
        for (var tenant : registry.tenants()) policies.add(tenant, livePolicies(folder, tenant, publisher));
        var guard = new Guard(
                new Guard.Parts(identity, registry, authority, policies, ledger, vault),
                settings.node(),
                settings.custody(),
                ids,
                clock);

        var client = HttpClient.start(dev.writ.http.client.Settings.to(destinations(settings)));
        opened.push(client);
        var upstreams = new Upstreams(guard, client, folder.work(), settings.path(), settings.patience());
        opened.push(upstreams);
        var control = new Control(new Control.Parts(
                guard,
                registry,
                authority,
                identity,
                vault,
                ledger,
                policies,
                publisher,
                folder.policies(),
                ids,
                clock));
        var parts = new Parts(
                settings, clock, ids, store, ledger, registry, authority, identity, vault, policies, guard, upstreams,
                control);

        var routes = new ArrayList<Route>();
        for (var gateway : gateways) routes.addAll(gateway.apply(parts));
        var server = HttpServer.start(listening(settings), new Routes(routes), clock);
        opened.push(server);
        return new Wiring(opened, parts, server);
    }

    public Parts parts() {
        return parts;
    }

    public HttpServer server() {
        return server;
    }

    /** Where people and agents reach it, without a slash at the end. */
    public URI url() {
        var host = server.address().getAddress();
        var shown = host.isAnyLocalAddress() || host.isLoopbackAddress() ? "127.0.0.1" : host.getHostAddress();
        return URI.create("http://" + shown + ":" + server.address().getPort());
    }

    @Override
    public void close() {
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

    private static LivePolicies livePolicies(DataFolder folder, Name tenant, Publisher publisher) {
        return LivePolicies.open(new BundleStore(folder.bundles(tenant)), publisher);
    }

    private static Destinations destinations(Settings settings) {
        return switch (settings.network()) {
            case ANY -> Destinations.anyGrantable();
            case PUBLIC -> Destinations.publicOnly();
            case LOOPBACK -> Destinations.loopbackOnly();
        };
    }

    private static dev.writ.http.server.Settings listening(Settings settings) {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
        return new dev.writ.http.server.Settings(
                settings.address(), settings.port(), settings.hosts(), settings.origins(), Limits.DEFAULT, threads);
    }
}
