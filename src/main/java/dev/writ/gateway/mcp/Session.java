package dev.writ.gateway.mcp;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.LogLevel;
import dev.writ.upstream.McpLink;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A client's session, bound to the caller that opened it and to one server. The id says nothing about authority: every
 * request brings its credential, and every action is decided anew.
 */
final class Session implements Crowd.Member, AutoCloseable {
    static final int SUBSCRIPTIONS_MAX = 1_000;

    private final String id;
    private final Caller.OfAgent caller;
    private final Name server;
    private final String version;
    private final Optional<McpLink> upstream;
    private final Map<Json, Turn> inFlight = new ConcurrentHashMap<>();
    private final Lines lines;
    private final Asks asks;
    private final Set<String> subscriptions = ConcurrentHashMap.newKeySet();
    private volatile Optional<String> logged = Optional.empty();
    private volatile Instant lastUsed;
    private final Freshness definitions = new Freshness();
    private final Hop hop;
    private final Cancellation whileOpen = new Cancellation();
    private volatile Runnable unwatch = () -> {};
    private volatile UnaryOperator<Json.Obj> spoken = UnaryOperator.identity();
    private volatile Optional<Joint> joint = Optional.empty();

    /** @param upstream empty when the caller's authority has ended: the session is then only there to say so */
    Session(String id, String version, Optional<McpLink> upstream, Asks asks, Lines lines, Instant now) {
        this.id = id;
        this.caller = asks.caller();
        this.server = asks.server();
        this.version = version;
        this.upstream = upstream;
        this.hop = new Hop(caller, server, upstream, definitions);
        this.asks = asks;
        this.lines = lines;
        this.lastUsed = now;
    }

    String id() {
        return id;
    }

    @Override
    public Name tenant() {
        return caller.tenant();
    }

    @Override
    public Id task() {
        return caller.task();
    }

    Caller.OfAgent caller() {
        return caller;
    }

    Name server() {
        return server;
    }

    String version() {
        return version;
    }

    Optional<McpLink> upstream() {
        return upstream;
    }

    boolean belongsTo(Caller.OfAgent other, Name route, boolean over) {
        return caller.same(other) && server.equals(route) && joint.isPresent() == over;
    }

    /** The servers of a session over several. */
    Optional<Joint> joint() {
        return joint;
    }

    void joins(Joint servers) {
        joint = Optional.of(servers);
    }

    void touch(Instant now) {
        lastUsed = now;
    }

    @Override
    public Instant lastUsed() {
        return lastUsed;
    }

    @Override
    public boolean idle() {
        return inFlight.isEmpty() && !lines.heard();
    }

    /** What its server asks of the client. */
    Asks asks() {
        return asks;
    }

    Lines lines() {
        return lines;
    }

    /**
     * Counts a request in; empty when one with the same id is under way.
     *
     * @param streams whether the client takes more than the answer
     */
    Optional<Turn> begin(Json requestId, boolean streams, Optional<Json> progress) {
        return begin(requestId, streams, progress, this);
    }

    /** @param at whose server the request goes to, where this session is one over several */
    Optional<Turn> begin(Json requestId, boolean streams, Optional<Json> progress, Session at) {
        var cancellation = new Cancellation();
        var line = streams ? Optional.of(new OwnLine(lines, cancellation::cancel)) : Optional.<OwnLine>empty();
        var turn = new Turn(at, cancellation, line, progress);
        return inFlight.putIfAbsent(requestId, turn) == null ? Optional.of(turn) : Optional.empty();
    }

    void end(Json requestId) {
        var turn = inFlight.remove(requestId);
        if (turn != null) turn.line().flatMap(OwnLine::opened).ifPresent(lines::ended);
        if (over() && inFlight.isEmpty()) closeUpstream();
    }

    void cancel(Json requestId) {
        var found = inFlight.get(requestId);
        if (found != null) found.cancellation().cancel();
    }

    /** Has the client told of a resource's changes; false when it is told of too many already. */
    boolean subscribe(String uri) {
        if (subscriptions.size() >= SUBSCRIPTIONS_MAX) return false;
        subscriptions.add(uri);
        return true;
    }

    void unsubscribe(String uri) {
        subscriptions.remove(uri);
    }

    /** The client wants to hear of a server's log from this level on. */
    void logged(String from) {
        logged = Optional.of(from);
    }

    Optional<String> logLevel() {
        return logged;
    }

    /** Whether this client has asked for such a notification. */
    boolean wants(String method, Json.Obj params) {
        return switch (method) {
            case "notifications/message" ->
                logged.filter(from -> !LogLevel.reaches(from, params)).isEmpty();
            case "notifications/resources/updated" ->
                params.string("uri")
                        .filter(subscriptions::contains)
                        .filter(asks::readable)
                        .isPresent();
            case "notifications/elicitation/complete" -> asks.knows(params);
            default -> true;
        };
    }

    Freshness definitions() {
        return definitions;
    }

    /** What a call in this session needs to know of it. */
    Hop hop() {
        return hop;
    }

    /** Ends with the session, for what is done in its name but not for a request. */
    Cancellation whileOpen() {
        return whileOpen;
    }

    /** Whether the server is let go of, and nothing more can be asked of it. */
    @Override
    public boolean over() {
        return whileOpen.cancelled();
    }

    /** Takes back what watches over this session when it ends. */
    void watchedBy(Runnable taken) {
        unwatch = taken;
    }

    /** Whether the server has ended its side: only a new session reaches it again. */
    boolean lost() {
        return upstream.filter(McpLink::lost).isPresent();
    }

    /**
     * Lets go of the server as soon as nothing is under way, which each call's own watch sees to; the session stays, to
     * tell its client why. Does not wait for the server: whoever revokes has more to do.
     */
    void letGo() {
        whileOpen.cancel();
        lines.cut();
        if (inFlight.isEmpty()) closeUpstream();
    }

    private void closeUpstream() {
        upstream.ifPresent(held -> Thread.ofVirtual().name("mcp-let-go").start(held::close));
    }

    /** Has what the server says reach the client in other words: in a session over several servers URIs name theirs. */
    void speaks(UnaryOperator<Json.Obj> words) {
        spoken = words;
    }

    UnaryOperator<Json.Obj> spoken() {
        return spoken;
    }

    /** Passes a server's notification on that belongs to no request, when the client listens. */
    void tell(String method, Json.Obj params) {
        if (wants(method, params)) say(method, params);
    }

    void say(String method, Json.Obj said) {
        var params = spoken.apply(said);
        lines.unasked().ifPresent(line -> {
            var _ = line.say(notification(method, params));
        });
    }

    static String notification(String method, Json.Obj params) {
        var message = Json.object().put("jsonrpc", "2.0").put("method", method);
        if (!params.members().isEmpty()) message.put("params", params);
        return message.build().text();
    }

    @Override
    public void close() {
        unwatch.run();
        whileOpen.cancel();
        inFlight.values().forEach(turn -> turn.cancellation().cancel());
        lines.close();
        joint.ifPresent(Joint::close);
        upstream.ifPresent(McpLink::close);
    }
}
