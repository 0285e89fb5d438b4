package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.HttpClient;
import dev.writ.http.client.Url;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Opens one link: in the era of its client where the server speaks it, else in the other. */
final class Opening {
    private final Guard guard;
    private final Eras eras;
    private final HttpClient client;
    private final Supplier<StdioWire> process;
    private final Duration patience;
    private final Permit.Target target;
    private final Showing showing;
    private final boolean challengeable;
    private final Presenting presenting;
    private final Consumer<McpLink> onClose;

    /**
     * @param process starts the server's process, for a server that is one
     * @param challengeable whether the server wants a token, so that a refusal is a question for one
     * @param onClose runs once for a link that was opened and is closed from our side
     */
    Opening(
            Guard guard,
            Eras eras,
            HttpClient client,
            Supplier<StdioWire> process,
            Duration patience,
            Permit.Target target,
            Showing showing,
            boolean challengeable,
            Presenting presenting,
            Consumer<McpLink> onClose) {
        this.guard = guard;
        this.eras = eras;
        this.client = client;
        this.process = process;
        this.patience = patience;
        this.target = target;
        this.showing = showing;
        this.challengeable = challengeable;
        this.presenting = presenting;
        this.onClose = onClose;
    }

    /** @param version the revision that the client speaks */
    McpLink open(String version, Incoming incoming, Cancellation cancellation) {
        var wanted = version.equals(Revision.VERSION) ? Eras.Era.STATELESS : Eras.Era.SESSIONS;
        var legacy = wanted == Eras.Era.SESSIONS ? version : McpSession.VERSIONS.getLast();
        return switch (eras.first(target.endpointDigest(), wanted)) {
            case STATELESS -> statelessFirst(legacy, incoming, cancellation);
            case SESSIONS -> sessionsFirst(legacy, incoming, cancellation);
        };
    }

    private McpLink statelessFirst(String legacy, Incoming incoming, Cancellation cancellation) {
        var wire = wire();
        var carrier = carrier(wire);
        return switch (probed(carrier, wire, cancellation)) {
            case Eras.Probed.Speaks(var discovered) -> stateless(carrier, discovered);
            case Eras.Probed.SpeaksNot(var _, var said) -> {
                eras.forget(target.endpointDigest());
                var session = session(wire.lost() ? wire() : wire, legacy, incoming, cancellation);
                if (said) eras.speaksOnly(target.endpointDigest(), Eras.Era.SESSIONS);
                yield session;
            }
            case Eras.Probed.OtherRevision _ -> {
                wire.close();
                throw new UpstreamError(true, "the server offers no revision of MCP that we speak");
            }
            case Eras.Probed.Unreachable(var sent, var why) -> {
                wire.close();
                throw new UpstreamError(sent, why);
            }
        };
    }

    private McpLink sessionsFirst(String legacy, Incoming incoming, Cancellation cancellation) {
        var wire = wire();
        long began = System.nanoTime();
        try {
            return session(wire, legacy, incoming, cancellation);
        } catch (UpstreamError e) {
            eras.forget(target.endpointDigest());
            // One that hung or died is not asked twice; one that said no may speak the other era alone.
            boolean hung = System.nanoTime() - began > Eras.PROBE.toNanos();
            if (!e.sent() || hung || cancellation.cancelled() || wire.lost()) throw e;
            return statelessAfter(cancellation).orElseThrow(() -> e);
        }
    }

    private Optional<McpLink> statelessAfter(Cancellation cancellation) {
        var wire = wire();
        var carrier = carrier(wire);
        if (!(probed(carrier, wire, cancellation) instanceof Eras.Probed.Speaks(var discovered))) {
            wire.close();
            return Optional.empty();
        }
        eras.speaksOnly(target.endpointDigest(), Eras.Era.STATELESS);
        return Optional.of(stateless(carrier, discovered));
    }

    private Eras.Probed probed(Carrier carrier, Wire wire, Cancellation cancellation) {
        try {
            return Eras.probe(carrier, showing, challengeable, cancellation);
        } catch (RuntimeException e) {
            wire.close();
            throw e;
        }
    }

    private McpLink stateless(Carrier carrier, Json.Obj discovered) {
        if (carrier instanceof StdioCarrier stdio) stdio.take();
        return new StatelessLink(guard, presenting, carrier, discovered, onClose::accept);
    }

    private McpLink session(Wire wire, String version, Incoming incoming, Cancellation cancellation) {
        var session = new McpSession(guard, presenting, wire, onClose::accept);
        try {
            session.initialize(version, showing, incoming, cancellation);
            return session;
        } catch (UpstreamError e) {
            session.close();
            throw e;
        }
    }

    private Carrier carrier(Wire wire) {
        return wire instanceof StdioWire stdio ? new StdioCarrier(stdio) : new HttpCarrier(client, url(), limits());
    }

    private Wire wire() {
        return switch (target.endpoint().string("kind").orElse("")) {
            case "http" -> new HttpWire(client, url(), showing, limits());
            case "stdio" -> process.get();
            default -> throw new UpstreamError(false, "the server's registration names no transport that we speak");
        };
    }

    private Url url() {
        return Url.parse(target.endpoint().string("url").orElse(""));
    }

    private Deadlines limits() {
        return new Deadlines(Duration.ofSeconds(5), patience, patience, patience.multipliedBy(5));
    }
}
