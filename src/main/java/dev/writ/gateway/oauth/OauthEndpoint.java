package dev.writ.gateway.oauth;

import dev.writ.guard.Caller;
import dev.writ.guard.control.Control;
import dev.writ.http.server.Route;
import dev.writ.pages.Submitted;
import dev.writ.pages.Visits;
import dev.writ.upstream.Metadata;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The routes of the authorization server, for the tenant {@code default} and, with a prefix, for every other. */
public final class OauthEndpoint {
    private final Documents documents;
    private final Registration registration;
    private final Authorization authorization;
    private final TokenEndpoint tokens;

    /** @param certificates whether the listener asks clients for certificates */
    public OauthEndpoint(
            Control control,
            Metadata metadata,
            Visits<Caller.OfPerson> visits,
            InstantSource clock,
            boolean certificates) {
        var clients = new Clients(control.guard(), metadata, clock);
        this.documents = new Documents(control.guard().tokens(), visits::site, certificates);
        this.registration = new Registration(clients, clock);
        this.authorization = new Authorization(control, clients, visits, clock);
        this.tokens = new TokenEndpoint(control.guard());
    }

    public List<Route> routes() {
        var routes = new ArrayList<>(documents.routes());
        routes.addAll(Tenancy.routes("GET", Authorization.PATH, 0, authorization::ask));
        routes.addAll(Tenancy.routes("POST", Authorization.PATH, Submitted.BODY_BYTES_MAX, authorization::decide));
        routes.addAll(Tenancy.routes("POST", "/oauth/token", TokenEndpoint.BODY_BYTES_MAX, tokens::token));
        routes.addAll(Tenancy.routes("POST", "/oauth/revoke", TokenEndpoint.BODY_BYTES_MAX, tokens::revoke));
        routes.addAll(Tenancy.routes("POST", "/oauth/introspect", TokenEndpoint.BODY_BYTES_MAX, tokens::introspect));
        routes.addAll(Tenancy.routes("POST", "/oauth/register", Registration.BODY_BYTES_MAX, registration::register));
        return List.copyOf(routes);
    }
}
