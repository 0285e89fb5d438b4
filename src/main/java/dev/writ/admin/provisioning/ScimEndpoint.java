package dev.writ.admin.provisioning;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Visible;
import dev.writ.guard.control.Provisioning;
import dev.writ.guard.control.Provisioning.Seen;
import dev.writ.guard.control.Provisioning.Teller;
import dev.writ.guard.control.Reply;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * SCIM 2.0 users (RFC 7643, 7644), as far as companies' providers use it to bring people and to take them away. The
 * credential tells the provider and with it the tenant; {@code externalId} is the subject of the provider's tokens.
 */
public final class ScimEndpoint {
    private static final String BASE = "/scim/v2";
    private static final String USER = "urn:ietf:params:scim:schemas:core:2.0:User";
    private static final String LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    private static final String ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final int PAGE_MAX = 200;
    /** RFC 7644 §3.4.2.2, as much of it as providers send. */
    private static final Pattern FILTER =
            Pattern.compile("(?i)\\s*(userName|externalId|id|active)\\s+eq\\s+\"?([^\"]{1,255})\"?\\s*");

    private final Provisioning provisioning;

    public ScimEndpoint(Provisioning provisioning) {
        this.provisioning = provisioning;
    }

    public List<Route> routes() {
        return List.of(
                route("GET", "/Users", this::list),
                route("POST", "/Users", this::create),
                route("GET", "/Users/{id}", (request, teller) -> one(request, teller, Optional.empty())),
                route("PUT", "/Users/{id}", (request, teller) -> one(request, teller, active(body(request)))),
                route("PATCH", "/Users/{id}", (request, teller) -> one(request, teller, patched(body(request)))),
                route("DELETE", "/Users/{id}", this::delete),
                route("GET", "/ServiceProviderConfig", (_, _) -> configuration()));
    }

    /** A request that ends early. */
    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Answer answer;

        Wrong(int status, String type, String why) {
            super(null, null, false, false);
            this.answer = error(status, type, why);
        }
    }

    private Route route(String method, String path, BiFunction<Request, Teller, Answer> handler) {
        int body = method.equals("GET") || method.equals("DELETE") ? 0 : BODY_BYTES_MAX;
        return new Route(method, BASE + path, body, "provider", request -> {
            var teller = request.headers()
                    .only("authorization")
                    .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                    .flatMap(value -> provisioning.teller(value.substring(7).strip()));
            if (teller.isEmpty())
                return error(401, "", "show the provider's credential: Authorization: Bearer writ_scim_…")
                        .with("www-authenticate", "Bearer realm=\"writ\"");
            try {
                return handler.apply(request, teller.get());
            } catch (Wrong wrong) {
                return wrong.answer;
            }
        });
    }

    private Answer list(Request request, Teller teller) {
        var filter = request.query("filter");
        var found = provisioning.all(teller).stream()
                .filter(seen -> filter.isEmpty() || matches(seen, filter.get()))
                .toList();
        int from = number(request, "startIndex", 1);
        int count = Math.min(number(request, "count", PAGE_MAX), PAGE_MAX);
        var page = found.stream()
                .skip(from - 1L)
                .limit(count)
                .<Json>map(ScimEndpoint::user)
                .toList();
        return json(
                200,
                Json.object()
                        .put("schemas", List.of(LIST))
                        .put("totalResults", found.size())
                        .put("startIndex", from)
                        .put("itemsPerPage", page.size())
                        .put("Resources", new Json.Arr(page))
                        .build());
    }

    private static boolean matches(Seen seen, String filter) {
        var asked = FILTER.matcher(filter);
        if (!asked.matches())
            throw new Wrong(400, "invalidFilter", "filters are userName, externalId, id or active, eq and a value");
        var value = asked.group(2);
        return switch (asked.group(1).toLowerCase(Locale.ROOT)) {
            case "username" -> seen.email().equalsIgnoreCase(value);
            case "externalid" -> seen.subject().equals(value);
            case "id" -> seen.id().text().equals(value);
            default -> Boolean.toString(seen.active()).equalsIgnoreCase(value);
        };
    }

    private Answer create(Request request, Teller teller) {
        var body = body(request);
        var email = body.string("userName").orElseThrow(() -> new Wrong(400, "invalidValue", "userName is missing"));
        var subject =
                body.string("externalId").orElseThrow(() -> new Wrong(400, "invalidValue", "externalId is missing"));
        if (active(body).equals(Optional.of(false)))
            throw new Wrong(400, "invalidValue", "nobody is brought here who is not active");
        var name = body.string("displayName")
                .or(() -> body.object("name").flatMap(each -> each.string("formatted")))
                .orElse(email);
        return answer(201, provisioning.enrol(teller, subject, name, email));
    }

    /** What else than active a provider wants to change stays as it is: names and addresses are ours to keep. */
    private Answer one(Request request, Teller teller, Optional<Boolean> active) {
        var seen = found(request, teller);
        if (active.equals(Optional.of(false))) return answer(200, provisioning.deactivate(teller, seen));
        if (active.equals(Optional.of(true)) && !seen.active())
            throw new Wrong(409, "mutability", "an administrator enrols this person anew; a provider cannot");
        return json(200, user(seen));
    }

    private Answer delete(Request request, Teller teller) {
        return provisioning.deactivate(teller, found(request, teller)) instanceof Reply.Done<Seen>
                ? Answer.empty(204)
                : error(409, "mutability", "the last administrator stays");
    }

    private Seen found(Request request, Teller teller) {
        return provisioning
                .one(teller, request.parameter("id"))
                .orElseThrow(() -> new Wrong(404, "", "there is no such user"));
    }

    /** RFC 7644 §3.5.2; Entra writes texts for booleans, Okta leaves the path out. */
    private static Optional<Boolean> patched(Json.Obj body) {
        Optional<Boolean> active = Optional.empty();
        for (var each : body.array("Operations").map(Json.Arr::items).orElse(List.of())) {
            if (!(each instanceof Json.Obj operation)
                    || !operation
                            .string("op")
                            .orElse("")
                            .toLowerCase(Locale.ROOT)
                            .matches("add|replace|remove"))
                throw new Wrong(400, "invalidSyntax", "an operation is add, replace or remove");
            var path = operation.string("path").orElse("");
            var value = operation.get("value");
            if (path.equalsIgnoreCase("active"))
                active = value.flatMap(ScimEndpoint::truth).or(() -> wrongTruth());
            else if (path.isEmpty() && value.isPresent() && value.get() instanceof Json.Obj members)
                active = active(members).or(() -> Optional.empty());
        }
        return active;
    }

    private static Optional<Boolean> active(Json.Obj members) {
        var value = members.get("active");
        return value.isEmpty() ? Optional.empty() : truth(value.get()).or(() -> wrongTruth());
    }

    private static Optional<Boolean> truth(Json value) {
        return switch (value) {
            case Json.Bool(var flag) -> Optional.of(flag);
            case Json.Str(var text) when text.equalsIgnoreCase("true") -> Optional.of(true);
            case Json.Str(var text) when text.equalsIgnoreCase("false") -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static Optional<Boolean> wrongTruth() {
        throw new Wrong(400, "invalidValue", "active is true or false");
    }

    private static Json.Obj body(Request request) {
        var type = request.headers().only("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/scim+json") && !type.startsWith("application/json"))
            throw new Wrong(400, "invalidSyntax", "the body is application/scim+json");
        try {
            return JsonReader.readObject(request.body());
        } catch (JsonError e) {
            throw new Wrong(400, "invalidSyntax", "the body is not acceptable JSON: " + e.reason());
        }
    }

    private static int number(Request request, String name, int otherwise) {
        var text = request.query(name);
        if (text.isEmpty()) return otherwise;
        if (!text.get().matches("[0-9]{1,6}"))
            throw new Wrong(400, "invalidValue", Visible.text(name, 20) + " is a whole number");
        return Math.max(Integer.parseInt(text.get()), name.equals("count") ? 0 : 1);
    }

    private static Answer answer(int status, Reply<Seen> reply) {
        return switch (reply) {
            case Reply.Done<Seen>(var seen, var _) -> json(status, user(seen));
            case Reply.Conflict<Seen>(var why, var _) -> error(409, "uniqueness", why);
            case Reply.Invalid<Seen>(var why) -> error(400, "invalidValue", why);
            case Reply.NotFound<Seen>(var what) -> error(404, "", "there is no " + what);
            case Reply.Forbidden<Seen>(var why, var _) -> error(403, "", why);
            case Reply.Waiting<Seen> _ -> error(409, "", "this takes two administrators");
            case Reply.Unavailable<Seen>(var why) -> error(503, "", why);
        };
    }

    private static Json.Obj user(Seen seen) {
        var email = Json.object()
                .put("value", seen.email())
                .put("primary", true)
                .put("type", "work")
                .build();
        return Json.object()
                .put("schemas", List.of(USER))
                .put("id", seen.id().text())
                .put("externalId", seen.subject())
                .put("userName", seen.email())
                .put("displayName", seen.name())
                .put("name", Json.object().put("formatted", seen.name()).build())
                .put("emails", new Json.Arr(List.of(email)))
                .put("active", seen.active())
                .put(
                        "meta",
                        Json.object()
                                .put("resourceType", "User")
                                .put("location", BASE + "/Users/" + seen.id())
                                .build())
                .build();
    }

    private static Answer configuration() {
        var no = Json.object().put("supported", false).build();
        var yes = Json.object().put("supported", true).build();
        return json(
                200,
                Json.object()
                        .put("schemas", List.of("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"))
                        .put("patch", yes)
                        .put("bulk", no.with("maxOperations", Json.of(0)).with("maxPayloadSize", Json.of(0)))
                        .put("filter", yes.with("maxResults", Json.of(PAGE_MAX)))
                        .put("changePassword", no)
                        .put("sort", no)
                        .put("etag", no)
                        .put(
                                "authenticationSchemes",
                                new Json.Arr(List.of(Json.object()
                                        .put("type", "oauthbearertoken")
                                        .put("name", "Bearer")
                                        .put("description", "The provider's credential")
                                        .build())))
                        .build());
    }

    private static Answer json(int status, Json.Obj body) {
        return Answer.of(status, "application/scim+json", body.bytes()).with("cache-control", "no-store");
    }

    /** RFC 7644 §3.12. */
    private static Answer.Full error(int status, String type, String why) {
        var body = Json.object()
                .put("schemas", List.of(ERROR))
                .put("status", Integer.toString(status))
                .put("scimType", type.isEmpty() ? Optional.<String>empty() : Optional.of(type))
                .put("detail", why)
                .build();
        return Answer.of(status, "application/scim+json", body.bytes()).with("cache-control", "no-store");
    }
}
