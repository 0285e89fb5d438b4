package dev.writ.gateway.oauth;

import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Caller;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.upstream.oauth.Connections;
import dev.writ.upstream.oauth.Home;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How people connect the servers behind Writ: sent to a server's authorization server, and taken back from there. Who it
 * is must be shown on the way out and on the way back; a link that somebody else opens connects somebody else's account,
 * to nobody but themselves.
 */
public final class ServerConnections {
    private static final int PARAMETER_CHARS_MAX = 8 << 10;

    private final Connections connections;
    private final Home home;
    private final Function<Request, Optional<Caller.OfPerson>> people;

    /** @param people who sends a request, where that is a person who is signed in */
    public ServerConnections(Connections connections, Home home, Function<Request, Optional<Caller.OfPerson>> people) {
        this.connections = connections;
        this.home = home;
        this.people = people;
    }

    public List<Route> routes() {
        return List.of(
                new Route("GET", Home.START, 0, "person", request -> known(request, this::start)),
                new Route("GET", Home.CALLBACK, 0, "person", request -> known(request, this::finish)),
                new Route("GET", Home.DOCUMENT, 0, "public", _ -> document()));
    }

    @FunctionalInterface
    private interface Known {
        Answer handle(Request request, Caller.OfPerson person);
    }

    private Answer known(Request request, Known known) {
        return people.apply(request)
                .map(person -> known.handle(request, person))
                .orElseGet(() -> Answer.problem(
                                401,
                                "Unauthorized",
                                "sign in to Writ first, then open this address again: it is you whose account is connected")
                        .with("www-authenticate", "Bearer realm=\"writ\""));
    }

    private Answer start(Request request, Caller.OfPerson person) {
        Name server;
        try {
            server = new Name(request.query("server").orElse(""));
        } catch (IllegalArgumentException e) {
            return noSuchServer();
        }
        return switch (connections.start(person, server)) {
            case Connections.Started.Away(var url) ->
                Answer.empty(303)
                        .with("location", url)
                        .with("cache-control", "no-store")
                        .with("referrer-policy", "no-referrer");
            case Connections.Started.Not(var why) -> not(server.text(), why);
            case Connections.Started.Nowhere _ -> noSuchServer();
        };
    }

    private static Answer noSuchServer() {
        return Answer.problem(404, "Not Found", "there is no such server to connect");
    }

    private static Answer.Full not(String server, String why) {
        return Answer.problem(
                502,
                "Not connected",
                server + " was not connected: " + why + ". Nothing was kept; open the link again to try once more.");
    }

    private Answer finish(Request request, Caller.OfPerson person) {
        // What comes twice could be read in two ways (RFC 6749 §3.1).
        for (var name : List.of("state", "code", "iss", "error"))
            if (request.queries(name).size() > 1
                    || request.query(name)
                            .filter(value -> value.length() > PARAMETER_CHARS_MAX)
                            .isPresent())
                return Answer.problem(400, "Bad Request", "a parameter comes twice or is too long: " + name);
        var state = request.query("state");
        if (state.isEmpty())
            return Answer.problem(400, "Bad Request", "no state: this page is come to from the server's sign-in alone");
        var returned = new Connections.Returned(
                state.get(),
                request.query("code").filter(code -> !code.isEmpty()),
                request.query("iss"),
                request.query("error").isPresent());
        return switch (connections.finish(person, returned)) {
            case Connections.Finished.Connected(var server) ->
                Answer.text(
                                200,
                                "Connected: Writ now reaches " + server + " for you, and for nobody else.\n"
                                        + "Go back to your agent and let it call again. You can close this page.\n")
                        .with("cache-control", "no-store")
                        .with("referrer-policy", "no-referrer");
            case Connections.Finished.Not(var why) -> not("The server", Visible.text(why, 300));
        };
    }

    /** By this document authorization servers know us (CIMD), where they can fetch it. */
    private Answer document() {
        return home.document()
                .<Answer>map(address -> Answer.json(200, home.metadata(address)).with("cache-control", "max-age=3600"))
                .orElseGet(() ->
                        Answer.problem(404, "Not Found", "Writ is not reached over https, so it has no such document"));
    }
}
