package dev.writ.http.server;

import dev.writ.base.Digest;
import dev.writ.base.Headers;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole request, read within its route's limits. The body's array is the caller's own. */
public final class Request {
    private final String method;
    private final Target target;
    private final Headers headers;
    private final byte[] body;
    private final Route route;
    private final Map<String, String> parameters;
    private final InetSocketAddress peer;
    private final String base;
    private final Optional<Digest> certificate;
    private final Departure departure = new Departure();

    Request(Gate.Head head, Gate.Pass pass, byte[] body, InetSocketAddress peer, Optional<Digest> certificate) {
        this.method = head.method();
        this.target = head.target();
        this.headers = head.headers();
        this.body = body;
        this.route = pass.route();
        this.parameters = pass.parameters();
        this.base = pass.base();
        this.peer = peer;
        this.certificate = certificate;
    }

    public String method() {
        return method;
    }

    /** The path as it was sent, without the query. */
    public String path() {
        return target.path();
    }

    /** Path and query as they were sent. */
    public String target() {
        return target.raw();
    }

    /** Scheme and authority under which we were asked: the public URL, or the loopback name that the client used. */
    public String base() {
        return base;
    }

    /** The URL that was asked, without the query. */
    public String url() {
        return base + path();
    }

    /** A parameter that the route's pattern names, percent-decoded; never empty. */
    public String parameter(String name) {
        var value = parameters.get(name);
        if (value == null) throw new IllegalArgumentException("no parameter " + name + " in " + route.pattern());
        return value;
    }

    /** The first value of a query parameter, decoded. */
    public Optional<String> query(String name) {
        return queries(name).stream().findFirst();
    }

    public List<String> queries(String name) {
        return target.query().getOrDefault(name, List.of());
    }

    public Headers headers() {
        return headers;
    }

    public byte[] body() {
        return body;
    }

    public Route route() {
        return route;
    }

    public InetSocketAddress peer() {
        return peer;
    }

    /** The SHA-256 of the certificate that the client showed on this connection and that we verified; no header says it. */
    public Optional<Digest> certificate() {
        return certificate;
    }

    /** Whether the client has left before its answer was complete. */
    public boolean gone() {
        return departure.happened();
    }

    /**
     * Runs the callback on a virtual thread when the client leaves before its answer is complete; at once when it has
     * left already. A client that closes its sending half counts as gone.
     */
    public void onGone(Runnable callback) {
        departure.then(callback);
    }

    Departure departure() {
        return departure;
    }
}
