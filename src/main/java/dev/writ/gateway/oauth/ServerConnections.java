package dev.writ.gateway.oauth;

import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Presented;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.Own;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.pages.Block;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.Submitted;
import dev.writ.pages.Visits;
import dev.writ.upstream.oauth.Connections;
import dev.writ.upstream.oauth.Home;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How people connect the servers behind Writ: sent to a server's authorization server, and taken back from there. Who it
 * is must be shown on the way out and on the way back; a link that somebody else opens connects somebody else's account,
 * to nobody but themselves.
 */
public final class ServerConnections {
    private static final int PARAMETER_CHARS_MAX = 8 << 10;
    private static final int SHOWN_CHARS = 300;

    private final Connections connections;
    private final Home home;
    private final Guard guard;
    private final Own own;
    private final Visits<Caller.OfPerson> visits;

    public ServerConnections(Connections connections, Home home, Control control, Visits<Caller.OfPerson> visits) {
        this.connections = connections;
        this.home = home;
        this.guard = control.guard();
        this.own = control.own();
        this.visits = visits;
    }

    public List<Route> routes() {
        var routes = new ArrayList<>(Tenancy.routes("GET", Home.START, 0, this::ask));
        routes.addAll(Tenancy.routes("POST", Home.START, Submitted.BODY_BYTES_MAX, this::start));
        routes.add(new Route("GET", Home.CALLBACK, 0, "person", this::back));
        routes.add(new Route("GET", Home.DOCUMENT, 0, "public", _ -> document()));
        return List.copyOf(routes);
    }

    /** The page; it begins nothing, so that a link that somebody else sends begins nothing either. */
    private Answer ask(Request request, Tenancy tenancy) {
        return switch (visits.of(request, tenancy.tenant().text(), tenancy.prefix())) {
            case Visits.Visit.Stranger<Caller.OfPerson>(var toSignIn) ->
                ours(request).orElse(toSignIn);
            case Visits.Visit.Known<Caller.OfPerson>(var person, var csrf) -> {
                var server = server(request.query("server"));
                yield server.isEmpty() ? noSuchPage() : asked(person, server.get(), tenancy, csrf);
            }
        };
    }

    private Answer asked(Caller.OfPerson person, Name server, Tenancy tenancy, String csrf) {
        return switch (connections.about(person, server)) {
            case Connections.About.Nowhere _ -> noSuchPage();
            case Connections.About.Not(var why) -> notPage(server.text(), why);
            case Connections.About.Of(var endpoint, var issuer, var authorization) ->
                Pages.render(Page.of(
                                "Connect " + server + "?",
                                new Block.Text("Writ is to reach " + server
                                        + " for you, and for nobody else. You are asked to agree at the authorization server"
                                        + " below, with your account there, and come back."),
                                Block.Facts.of(
                                        new Block.Fact("Server", server.text()),
                                        new Block.Fact("At", Visible.text(endpoint, SHOWN_CHARS)),
                                        new Block.Fact("Authorization server", Visible.text(issuer, SHOWN_CHARS)),
                                        new Block.Fact("For", name(person))),
                                new Block.Form(
                                        tenancy.prefix() + Home.START,
                                        csrf,
                                        List.of(new Block.Field.Hidden("server", server.text())),
                                        List.of(new Block.Button("decision", "connect", "Go there", true))))
                        .leadingTo(authorization));
        };
    }

    private String name(Caller.OfPerson person) {
        return own.self(person)
                .map(self -> self.name() + " <" + self.email() + ">")
                .orElse("you");
    }

    /** A form of our page, or a request with a person's key, which no other site can make a browser send. */
    private Answer start(Request request, Tenancy tenancy) {
        if (request.headers().has("authorization"))
            return byKey(request)
                    .filter(person -> person.tenant().equals(tenancy.tenant())
                            || tenancy.prefix().isEmpty())
                    .map(person -> started(person, Submitted.of(request).flatMap(form -> form.one("server")), false))
                    .orElseGet(ServerConnections::unknown);
        return switch (visits.posted(request, tenancy.tenant().text(), tenancy.prefix())) {
            case Visits.Posted.Bad<Caller.OfPerson>(var instead) -> instead;
            case Visits.Posted.Good<Caller.OfPerson>(var person, var _, var form) ->
                started(person, form.one("server"), true);
        };
    }

    private Answer started(Caller.OfPerson person, Optional<String> named, boolean page) {
        var server = server(named);
        if (server.isEmpty()) return page ? noSuchPage() : noSuchServer();
        return switch (connections.start(person, server.get())) {
            case Connections.Started.Away(var url) ->
                Answer.empty(303)
                        .with("location", url)
                        .with("cache-control", "no-store")
                        .with("referrer-policy", "no-referrer");
            case Connections.Started.Not(var why) ->
                page ? notPage(server.get().text(), why) : not(server.get().text(), why);
            case Connections.Started.Nowhere _ -> page ? noSuchPage() : noSuchServer();
        };
    }

    private static Optional<Name> server(Optional<String> text) {
        return text.filter(Name::isName).map(Name::new);
    }

    private Optional<Caller.OfPerson> byKey(Request request) {
        return guard.callerOf(Presented.of(request.headers(), request.method(), request.path(), request.certificate()))
                .filter(Caller.OfPerson.class::isInstance)
                .map(Caller.OfPerson.class::cast);
    }

    /** Back from the authorization server: whoever began it, and nobody else. */
    private Answer back(Request request) {
        var person = visits.cookie(request).flatMap(guard::signedIn).or(() -> byKey(request));
        if (person.isPresent()) return finish(request, person.get());
        return request.query("state").flatMap(_ -> ours(request)).orElseGet(ServerConnections::unknown);
    }

    /** On this machine people are signed in at {@code localhost}, and addresses are what others are told. */
    private Optional<Answer> ours(Request request) {
        boolean address = request.base().matches("http://(127\\.0\\.0\\.1|\\[::1\\])(:[0-9]+)?");
        return address && visits.site().host().equals("localhost")
                ? Optional.of(Answer.empty(303)
                        .with("location", visits.site().at(request.target()))
                        .with("cache-control", "no-store")
                        .with("referrer-policy", "no-referrer"))
                : Optional.empty();
    }

    private static Answer unknown() {
        return Answer.problem(
                        401,
                        "Unauthorized",
                        "sign in to Writ first, then open the link again: it is you whose account is connected")
                .with("www-authenticate", "Bearer realm=\"writ\"");
    }

    private static Answer noSuchServer() {
        return Answer.problem(404, "Not Found", "there is no such server to connect");
    }

    private static Answer noSuchPage() {
        return Pages.render(Page.error(
                404,
                "Nothing to connect",
                "There is no such server for you.",
                "Nothing was begun. Open the link that your agent gave you, as it is."));
    }

    private static Answer notPage(String server, String why) {
        return Pages.render(Page.error(
                502,
                "Not connected",
                server + " was not connected: " + Visible.text(why, SHOWN_CHARS) + ".",
                "Nothing was kept; open the link again to try once more."));
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
