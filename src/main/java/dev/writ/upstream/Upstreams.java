package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.client.HttpClient;
import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import dev.writ.process.ProcessError;
import dev.writ.upstream.oauth.Connections;
import dev.writ.upstream.oauth.Tokens;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Opens links with MCP servers. */
public final class Upstreams implements AutoCloseable {
    private final Guard guard;
    private final HttpClient client;
    private final Path workFolder;
    private final String path;
    private final Duration patience;
    private final Tokens tokens;
    private final Presenting presenting;
    private final Eras eras = new Eras();
    private final Set<McpLink> links = ConcurrentHashMap.newKeySet();
    private final Cancellation closing = new Cancellation();

    /**
     * @param workFolder where stdio servers run that name no directory
     * @param path the PATH that stdio servers get; nothing else of our environment reaches them
     * @param patience how long a server may take to answer
     * @param tokens what servers are shown of their callers, where that takes an authorization server
     */
    public Upstreams(Guard guard, HttpClient client, Path workFolder, String path, Duration patience, Tokens tokens) {
        this.guard = guard;
        this.client = client;
        this.workFolder = workFolder;
        this.path = path;
        this.patience = patience;
        this.tokens = tokens;
        this.presenting = new Presenting(guard, tokens);
    }

    /** A link, or why there is none. */
    public sealed interface Opened {
        /** The link, where there is one. */
        default Optional<McpLink> link() {
            return switch (this) {
                case Open(var link) -> Optional.of(link);
                case NotConnected(var instead, var _) -> Optional.of(instead);
                case Stopped _, Failed _ -> Optional.empty();
            };
        }

        record Open(McpLink way) implements Opened {}

        record Stopped(Refusal.Reason reason) implements Opened {}

        record Failed(String why) implements Opened {}

        /**
         * The server wants a token that only its person can get.
         *
         * @param instead lists what was approved, and says where the server is connected
         * @param address where its person connects it
         */
        record NotConnected(McpLink instead, String address) implements Opened {}
    }

    /** Opens a link under a permit to discover the server, and settles it. */
    public Opened open(Permit permit, String protocolVersion, Incoming incoming) {
        return open(permit, protocolVersion, incoming, new Cancellation());
    }

    /**
     * @param protocolVersion the revision that the client speaks; the server's may be of the other era
     * @param cancellation ends the handshake, and what it has started, when nobody waits for it any more
     */
    public Opened open(Permit permit, String protocolVersion, Incoming incoming, Cancellation cancellation) {
        var target = permit.target().orElseThrow(() -> new IllegalArgumentException("a permit without a server"));
        var unprepared = presenting.prepare(permit);
        if (unprepared.isPresent()) {
            unused(permit, unprepared.get());
            return new Opened.Failed(unprepared.get());
        }
        return switch (guard.use(permit)) {
            case Guard.Use.Stop(var reason) -> {
                guard.settle(
                        permit,
                        Outcome.without(Outcome.Status.NOT_SENT, target.server().text(), 0, reason.code()));
                yield new Opened.Stopped(reason);
            }
            case Guard.Use.Go go -> opened(permit, target, go, protocolVersion, incoming, cancellation);
        };
    }

    private Opened opened(
            Permit permit,
            Permit.Target target,
            Guard.Use.Go go,
            String version,
            Incoming incoming,
            Cancellation cancellation) {
        var outcome =
                Outcome.without(Outcome.Status.INDETERMINATE, target.server().text(), 0, "the handshake did not end");
        try (var _ = closing.then(cancellation::cancel)) {
            boolean challengeable = presenting.challengeable(permit);
            var link = presenting.sent(permit, go, showing -> new Opening(
                            guard,
                            eras,
                            client,
                            () -> process(target.endpoint(), showing.secrets()),
                            patience,
                            target,
                            showing,
                            challengeable,
                            presenting,
                            links::remove)
                    .open(version, incoming, cancellation));
            links.add(link);
            if (closing.cancelled()) link.close();
            outcome = Outcome.without(Outcome.Status.DONE, target.server().text(), 0, "link opened");
            return new Opened.Open(link);
        } catch (UpstreamError e) {
            outcome = Outcome.without(
                    Outcome.Status.ERROR, target.server().text(), 0, e.link().isPresent() ? "not connected" : e.why());
            return e.link()
                    .<Opened>map(link ->
                            new Opened.NotConnected(new Unconnected(guard, tokens, permit, version, link), link))
                    .orElseGet(() -> new Opened.Failed(e.why()));
        } catch (ProcessError e) {
            outcome = Outcome.without(Outcome.Status.ERROR, target.server().text(), 0, String.valueOf(e.getMessage()));
            return new Opened.Failed(String.valueOf(e.getMessage()));
        } finally {
            guard.settle(permit, outcome);
        }
    }

    /**
     * Uses a permit to discover a server that is reached already, and settles it: nothing is asked of the server again.
     */
    public Opened known(Permit permit, McpLink link) {
        var peer = permit.target().map(target -> target.server().text()).orElse("");
        if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) {
            guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, peer, 0, reason.code()));
            return new Opened.Stopped(reason);
        }
        guard.settle(permit, Outcome.without(Outcome.Status.DONE, peer, 0, "answered by the open link"));
        return new Opened.Open(link);
    }

    /** Settles a permit under which nothing is done after all. */
    public void unused(Permit permit, String why) {
        var peer = permit.target().map(target -> target.server().text()).orElse("");
        guard.settle(permit, Outcome.without(Outcome.Status.NOT_SENT, peer, 0, why));
    }

    /** How people connect servers. */
    public Connections connections() {
        return tokens.connections();
    }

    /** How many links are open. */
    public int open() {
        return links.size();
    }

    /** Ends all links, and the processes behind them. */
    @Override
    public void close() {
        closing.cancel();
        List.copyOf(links).forEach(McpLink::close);
    }

    private StdioWire process(Json.Obj endpoint, Map<String, String> credentials) {
        var words = new ArrayList<String>();
        words.add(endpoint.string("command").orElse(""));
        words.addAll(endpoint.strings("arguments"));
        var environment = new HashMap<String, String>();
        environment.put("PATH", path);
        environment.put("HOME", workFolder.toString());
        environment.putAll(credentials);
        var directory = endpoint.string("directory").map(Path::of).orElse(workFolder);
        var child = Child.start(new Command(words, environment, directory), Limits.DEFAULT);
        return new StdioWire(child, words.getFirst(), patience);
    }
}
