package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import dev.writ.process.ProcessError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Opens sessions with MCP servers. */
public final class Upstreams implements AutoCloseable {
    private final Guard guard;
    private final HttpClient client;
    private final Path workFolder;
    private final String path;
    private final Duration patience;
    private final Set<McpSession> sessions = ConcurrentHashMap.newKeySet();

    /**
     * @param workFolder where stdio servers run that name no directory
     * @param path the PATH that stdio servers get; nothing else of our environment reaches them
     * @param patience how long a server may take to answer
     */
    public Upstreams(Guard guard, HttpClient client, Path workFolder, String path, Duration patience) {
        this.guard = guard;
        this.client = client;
        this.workFolder = workFolder;
        this.path = path;
        this.patience = patience;
    }

    /** A session, or why there is none. */
    public sealed interface Opened {
        record Open(McpLink session) implements Opened {}

        record Stopped(Refusal.Reason reason) implements Opened {}

        record Failed(String why) implements Opened {}
    }

    /** Opens a session under a permit to discover the server, and settles it. */
    public Opened open(Permit permit, String protocolVersion, Incoming incoming) {
        return open(permit, protocolVersion, incoming, new Cancellation());
    }

    /** @param cancellation ends the handshake, and what it has started, when nobody waits for it any more */
    public Opened open(Permit permit, String protocolVersion, Incoming incoming, Cancellation cancellation) {
        var target = permit.target().orElseThrow(() -> new IllegalArgumentException("a permit without a server"));
        return switch (guard.use(permit)) {
            case Guard.Use.Stop(var reason) -> {
                guard.settle(
                        permit,
                        Outcome.without(Outcome.Status.NOT_SENT, target.server().text(), 0, reason.code()));
                yield new Opened.Stopped(reason);
            }
            case Guard.Use.Go(var credentials) ->
                opened(permit, target, credentials, protocolVersion, incoming, cancellation);
        };
    }

    private Opened opened(
            Permit permit,
            Permit.Target target,
            Map<String, String> credentials,
            String version,
            Incoming incoming,
            Cancellation cancellation) {
        var outcome =
                Outcome.without(Outcome.Status.INDETERMINATE, target.server().text(), 0, "the handshake did not end");
        try {
            var session = new McpSession(guard, wire(target.endpoint(), credentials), sessions::remove);
            sessions.add(session);
            try {
                session.initialize(version, incoming, cancellation);
            } catch (UpstreamError e) {
                session.close();
                throw e;
            }
            outcome = Outcome.without(Outcome.Status.DONE, target.server().text(), 0, "session opened");
            return new Opened.Open(session);
        } catch (UpstreamError | ProcessError e) {
            outcome = Outcome.without(Outcome.Status.ERROR, target.server().text(), 0, String.valueOf(e.getMessage()));
            return new Opened.Failed(String.valueOf(e.getMessage()));
        } finally {
            guard.settle(permit, outcome);
        }
    }

    /** How many sessions are open. */
    public int open() {
        return sessions.size();
    }

    /** Ends all sessions, and the processes behind them. */
    @Override
    public void close() {
        List.copyOf(sessions).forEach(McpSession::close);
    }

    private Wire wire(Json.Obj endpoint, Map<String, String> credentials) {
        return switch (endpoint.string("kind").orElse("")) {
            case "http" -> {
                var limits = new Deadlines(Duration.ofSeconds(5), patience, patience, patience.multipliedBy(5));
                yield new HttpWire(client, Url.parse(endpoint.string("url").orElse("")), credentials, limits);
            }
            case "stdio" -> stdio(endpoint, credentials);
            default -> throw new UpstreamError(false, "the server's registration names no transport that we speak");
        };
    }

    private Wire stdio(Json.Obj endpoint, Map<String, String> credentials) {
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
