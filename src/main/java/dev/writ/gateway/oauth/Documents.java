package dev.writ.gateway.oauth;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Tokens;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.pages.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What clients read before they begin: metadata of the resources and of the authorization server, and its keys. */
final class Documents {
    private static final String RESOURCE = "/.well-known/oauth-protected-resource";
    private static final String SERVER = "/.well-known/oauth-authorization-server";
    private static final String OPENID = "/.well-known/openid-configuration";

    /** RFC 8705 §3.3, RFC 9728 §2 */
    private static final String BOUND = "tls_client_certificate_bound_access_tokens";

    private final Tokens tokens;
    private final Supplier<Site> site;
    private final boolean certificates;

    Documents(Tokens tokens, Supplier<Site> site, boolean certificates) {
        this.certificates = certificates;
        this.tokens = tokens;
        this.site = site;
    }

    List<Route> routes() {
        var routes = new ArrayList<Route>();
        routes.addAll(
                Tenancy.wellKnown(SERVER, (_, tenancy) -> kept(server(tenancy).build())));
        routes.addAll(Tenancy.wellKnown(OPENID, (_, tenancy) -> kept(openid(tenancy))));
        routes.addAll(Tenancy.routes("GET", "/oauth/jwks", 0, (_, tenancy) -> kept(tokens.jwks(tenancy.tenant()))));
        routes.add(new Route("GET", RESOURCE, 0, "public", request -> resource(request, "/mcp")));
        for (var path : List.of("/mcp", "/mcp/{server}"))
            routes.add(new Route("GET", RESOURCE + path, 0, "public", request -> resource(request, behind(request))));
        for (var path : List.of("/t/{tenant}/mcp", "/t/{tenant}/mcp/{server}"))
            routes.add(new Route("GET", RESOURCE + path, 0, "public", request -> resource(request, behind(request))));
        return routes;
    }

    private static String behind(Request request) {
        return request.path().substring(RESOURCE.length());
    }

    /**
     * RFC 9728 §2. The resource is the very URL that was asked, by the name that the client uses. Whether there is such a
     * server is told to nobody here.
     */
    private Answer resource(Request request, String path) {
        var segments = path.split("/", -1);
        boolean prefixed = segments.length > 3;
        if (prefixed && (!Name.isName(segments[2]) || segments[2].equals(Tenancy.DEFAULT.text()))) return notThere();
        if (segments.length % 2 == 1 && !Name.isName(segments[segments.length - 1])) return notThere();
        var tenant = prefixed ? new Name(segments[2]) : Tenancy.DEFAULT;
        var document = Json.object()
                .put("resource", request.base() + path)
                .put("authorization_servers", List.of(tokens.issuer(tenant)))
                .put("bearer_methods_supported", List.of("header"))
                .put("dpop_signing_alg_values_supported", tokens.algorithms())
                .put("resource_name", "Writ");
        return kept(withCertificates(document).build());
    }

    private static Answer notThere() {
        return Answer.problem(404, "Not Found", "Nothing is served at this path.");
    }

    /** RFC 8414 §2 */
    private Json.ObjectBuilder server(Tenancy tenancy) {
        var issuer = tokens.issuer(tenancy.tenant());
        var oauth = issuer + "/oauth/";
        var document = Json.object()
                .put("issuer", issuer)
                // Where people's sessions are: on loopback a passkey knows a name, and an address is none.
                .put("authorization_endpoint", site.get().at(tenancy.prefix() + "/oauth/authorize"))
                .put("token_endpoint", oauth + "token")
                .put("registration_endpoint", oauth + "register")
                .put("revocation_endpoint", oauth + "revoke")
                .put("introspection_endpoint", oauth + "introspect")
                .put("jwks_uri", oauth + "jwks")
                .put("response_types_supported", List.of("code"))
                .put("response_modes_supported", List.of("query"))
                .put("grant_types_supported", GrantType.all())
                .put("code_challenge_methods_supported", List.of("S256"))
                .put("token_endpoint_auth_methods_supported", List.of("none", "private_key_jwt"))
                .put("token_endpoint_auth_signing_alg_values_supported", tokens.algorithms())
                .put("revocation_endpoint_auth_methods_supported", List.of("none", "private_key_jwt"))
                .put("dpop_signing_alg_values_supported", tokens.algorithms())
                .put("authorization_response_iss_parameter_supported", true)
                .put("client_id_metadata_document_supported", true)
                .put("authorization_details_types_supported", List.of("writ_task"))
                .put("authorization_grant_profiles_supported", List.of("urn:ietf:params:oauth:grant-profile:id-jag"));
        return withCertificates(document);
    }

    private Json.ObjectBuilder withCertificates(Json.ObjectBuilder document) {
        return certificates ? document.put(BOUND, true) : document;
    }

    /** OpenID Connect Discovery 1.0 §3: clients look here too; we identify nobody to them. */
    private Json.Obj openid(Tenancy tenancy) {
        return server(tenancy)
                .put("subject_types_supported", List.of("public"))
                .put("id_token_signing_alg_values_supported", List.of("ES256"))
                .build();
    }

    private static Answer kept(Json.Obj document) {
        return Answer.json(200, document).with("cache-control", "max-age=60");
    }
}
