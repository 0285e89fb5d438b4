package dev.writ.admin;

import dev.writ.guard.Caller;
import dev.writ.guard.Presented;
import dev.writ.guard.control.Control;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.upstream.Upstreams;
import java.util.ArrayList;
import java.util.List;

/** The routes of {@code /api/v1}: who calls is found out here, once for all of them. */
public final class Api {
    static final String BASE = "/api/v1";
    static final int BODY_BYTES_MAX = 1 << 20;

    private final Control control;
    private final Installation installation;
    private final List<Endpoint> endpoints;

    public Api(Control control, Upstreams upstreams, Installation installation) {
        this.control = control;
        this.installation = installation;
        var all = new ArrayList<Endpoint>();
        all.addAll(new RegistryEndpoints(control, new Inspector(control, upstreams), installation).all());
        all.addAll(new WorkEndpoints(control, installation).all());
        all.addAll(new TrustEndpoints(control.trusts()).all());
        all.addAll(new StandingEndpoints(control).all());
        this.endpoints = List.copyOf(all);
    }

    public List<Route> routes() {
        var description = OpenApi.of(endpoints, installation.version()).bytes();
        var routes = new ArrayList<Route>();
        for (var endpoint : endpoints)
            routes.add(new Route(
                    endpoint.method(),
                    BASE + endpoint.path(),
                    endpoint.method().equals("GET") ? 0 : BODY_BYTES_MAX,
                    endpoint.audience(),
                    request -> answered(request, endpoint)));
        routes.add(new Route(
                "GET", BASE + OpenApi.PATH, 0, "public", _ -> Answer.of(200, "application/json", description.clone())));
        return List.copyOf(routes);
    }

    private Answer answered(Request request, Endpoint endpoint) {
        try {
            return switch (caller(request)) {
                case Caller.OfPerson person -> endpoint.handler().apply(new Asked(request, person));
                case Caller.OfAgent agent ->
                    endpoint.ofAgents().orElseThrow(Problem::agent).apply(request, agent);
            };
        } catch (Problem problem) {
            return problem.answer();
        }
    }

    private Caller caller(Request request) {
        var presented = Presented.of(request.headers(), request.method(), request.url(), request.certificate());
        return control.guard().callerOf(presented).orElseThrow(Problem::unauthorized);
    }
}
