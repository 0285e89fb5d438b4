package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.McpLink;
import dev.writ.upstream.McpSession;
import dev.writ.upstream.Upstreams;
import java.time.InstantSource;
import java.util.Optional;

/** {@code initialize}: from a client's first word to a session with its server (MCP basic/lifecycle, 2025-03-26 on). */
final class Opening {
    private final Guard guard;
    private final Upstreams upstreams;
    private final Calls calls;
    private final JointLists lists;
    private final Sessions sessions;
    private final InstantSource clock;
    private final Kept kept = new Kept();

    Opening(Guard guard, Upstreams upstreams, Calls calls, JointLists lists, Sessions sessions, InstantSource clock) {
        this.guard = guard;
        this.upstreams = upstreams;
        this.calls = calls;
        this.lists = lists;
        this.sessions = sessions;
        this.clock = clock;
    }

    Answer answer(Message.Request request, Caller.OfAgent caller, Name server, Request http) {
        var wanted = wanted(request);
        if (!sessions.room(caller))
            return Answer.problem(503, "Service Unavailable", "too many open sessions; end some and try again");
        return switch (guard.admit(new Attempt(caller, discovery(server, wanted)))) {
            case Permit permit -> open(request, caller, server, permit, wanted, http);
            case Refusal refusal -> notOpened(request, caller, server, refusal, wanted);
            case Held held ->
                Answer.json(
                        200,
                        RpcError.answer(
                                request.id(),
                                RpcError.INTERNAL_ERROR,
                                "PENDING approval " + held.approval().brief() + " to use this server"));
        };
    }

    private static String wanted(Message.Request request) {
        return request.params()
                .string("protocolVersion")
                .filter(McpSession.VERSIONS::contains)
                .orElse(McpSession.VERSIONS.getLast());
    }

    private static Action.DiscoverServer discovery(Name server, String version) {
        var payload = Json.object()
                .put("method", "initialize")
                .put("params", Json.object().put("protocolVersion", version).build())
                .build();
        return new Action.DiscoverServer(server, payload);
    }

    private Answer open(
            Message.Request request, Caller.OfAgent caller, Name server, Permit permit, String wanted, Request http) {
        var offer = Offer.of(request.params().object("capabilities").orElse(Json.Obj.EMPTY));
        var relay = new Relay(calls, offer);
        var cancellation = new Cancellation();
        http.onGone(cancellation::cancel);
        return switch (upstreams.open(permit, wanted, relay, cancellation)) {
            case Upstreams.Opened.Open(var upstream) -> opened(request, caller, server, upstream, wanted, offer, relay);
            case Upstreams.Opened.NotConnected(var instead, var _) ->
                opened(request, caller, server, instead, wanted, offer, relay);
            case Upstreams.Opened.Stopped(var reason) ->
                notOpened(request, caller, server, new Refusal(permit.decision(), reason, Optional.empty()), wanted);
            case Upstreams.Opened.Failed(var why) ->
                Answer.json(
                        200, RpcError.answer(request.id(), RpcError.INTERNAL_ERROR, "server " + server + ": " + why));
        };
    }

    private Answer opened(
            Message.Request request,
            Caller.OfAgent caller,
            Name server,
            McpLink upstream,
            String wanted,
            Offer offer,
            Relay relay) {
        // A server without sessions agrees to no revision that has them.
        var version = McpSession.VERSIONS.contains(upstream.version()) ? upstream.version() : wanted;
        var session = session(caller, server, version, Optional.of(upstream), offer);
        sessions.add(session);
        session.watchedBy(guard.watch(caller, server, session::letGo));
        relay.to(session);
        return opened(request, session, Handshake.result(server, upstream, version));
    }

    private Session session(
            Caller.OfAgent caller, Name server, String version, Optional<McpLink> upstream, Offer offer) {
        return new Session(
                sessions.nextId(),
                version,
                upstream,
                new Asks(guard, caller, server, offer, new Asks.Table()),
                lines(version),
                clock.instant());
    }

    /** Streams that can be taken up again came with 2025-11-25; older clients do not expect an event without data. */
    private Lines lines(String version) {
        return new Lines(version.compareTo("2025-11-25") >= 0, kept, clock);
    }

    /** Opens a session over all servers that are there for the caller; those that fail are left out for now. */
    Answer joint(Message.Request request, Caller.OfAgent caller) {
        var wanted = wanted(request);
        if (!sessions.room(caller))
            return Answer.problem(503, "Service Unavailable", "too many open sessions; end some and try again");
        var offer = Offer.of(request.params().object("capabilities").orElse(Json.Obj.EMPTY));
        var table = new Asks.Table();
        var lines = lines(wanted);
        var session = new Session(
                sessions.nextId(),
                wanted,
                Optional.empty(),
                new Asks(guard, caller, Joint.ROUTE, offer, table),
                lines,
                clock.instant());
        session.joins(new Joint(
                guard,
                lists,
                caller,
                clock,
                (server, cancelled) -> member(caller, server, wanted, offer, table, lines, cancelled)));
        sessions.add(session);
        session.joint().orElseThrow().openAll();
        return opened(request, session, Handshake.joint(wanted));
    }

    /** One server's part of a session over several. */
    private Optional<Session> member(
            Caller.OfAgent caller,
            Name server,
            String wanted,
            Offer offer,
            Asks.Table table,
            Lines lines,
            Cancellation cancellation) {
        if (!(guard.admit(new Attempt(caller, discovery(server, wanted))) instanceof Permit permit))
            return Optional.empty();
        var relay = new Relay(calls, offer);
        var opened = upstreams.open(permit, wanted, relay, cancellation);
        if (opened.link().isEmpty()) return Optional.empty();
        var upstream = opened.link().get();
        var session = new Session(
                sessions.nextId(),
                wanted,
                Optional.of(upstream),
                new Asks(guard, caller, server, offer, table),
                lines,
                clock.instant());
        session.watchedBy(guard.watch(caller, server, session::letGo));
        relay.to(session);
        return Optional.of(session);
    }

    private Answer notOpened(
            Message.Request request, Caller.OfAgent caller, Name server, Refusal refusal, String wanted) {
        return switch (refusal.reason()) {
            case Refusal.Absent _ -> McpEndpoint.noSuchServer();
            case Refusal.Unavailable _ ->
                Answer.json(200, RpcError.answer(request.id(), RpcError.INTERNAL_ERROR, Denials.line(refusal)));
            // Authority that has ended is told at each call: clients drop a server that cannot be initialized.
            case Refusal.TaskEnded _,
                    Refusal.Suspended _,
                    Refusal.NotPassedOn _,
                    Refusal.NoEmergency _,
                    Refusal.NotAllowed _,
                    Refusal.ByPolicy _,
                    Refusal.ByPerson _,
                    Refusal.BudgetSpent _,
                    Refusal.BadArguments _,
                    Refusal.Quarantined _ -> {
                var session = session(caller, server, wanted, Optional.empty(), Offer.NOTHING);
                sessions.add(session);
                yield opened(request, session, Handshake.resultWithoutServer(server, wanted));
            }
        };
    }

    private static Answer opened(Message.Request request, Session session, Json.Obj result) {
        return Answer.json(200, RpcError.result(request.id(), result)).with(McpEndpoint.SESSION, session.id());
    }
}
