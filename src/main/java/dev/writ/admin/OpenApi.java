package dev.writ.admin;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;

/** The description of the API (OpenAPI 3.1), made from the table of its endpoints, so it cannot tell of others. */
final class OpenApi {
    static final String PATH = "/openapi.json";
    private static final Set<String> KINDS = Set.of("Person", "Group", "Agent", "Server", "Task", "Mandate");

    private OpenApi() {}

    static Json.Obj of(List<Endpoint> endpoints, String version) {
        var paths = new TreeMap<String, LinkedHashMap<String, Json>>();
        for (var endpoint : endpoints)
            paths.computeIfAbsent(Api.BASE + endpoint.path(), _ -> new LinkedHashMap<>())
                    .put(endpoint.method().toLowerCase(Locale.ROOT), operation(endpoint));
        paths.computeIfAbsent(Api.BASE + PATH, _ -> new LinkedHashMap<>()).put("get", itself());
        var all = Json.object();
        paths.forEach((path, operations) -> all.put(path, new Json.Obj(operations)));
        return Json.object()
                .put("openapi", "3.1.0")
                .put(
                        "info",
                        object("title", "Writ control plane", "version", version)
                                .with("license", object("name", "Apache-2.0")))
                .put(
                        "security",
                        new Json.Arr(
                                List.of(Json.object().put("person", List.of()).build())))
                .put("paths", all.build())
                .put("components", components())
                .build();
    }

    private static Json operation(Endpoint endpoint) {
        var operation = Json.object().put("summary", endpoint.summary()).put("operationId", id(endpoint));
        var parameters = new ArrayList<Json>();
        for (var segment : endpoint.path().split("/"))
            if (segment.startsWith("{"))
                parameters.add(parameter("path", segment.substring(1, segment.length() - 1), true));
        for (var name : endpoint.query()) parameters.add(parameter("query", name, false));
        if (!parameters.isEmpty()) operation.put("parameters", new Json.Arr(parameters));
        if (!endpoint.body().isEmpty()) operation.put("requestBody", body(endpoint.body()));
        return operation.put("responses", responses()).build();
    }

    private static String id(Endpoint endpoint) {
        var words = new StringBuilder(endpoint.method().toLowerCase(Locale.ROOT));
        for (var part : endpoint.path().split("[^A-Za-z]+"))
            if (!part.isEmpty())
                words.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
        return words.toString();
    }

    private static Json parameter(String in, String name, boolean required) {
        return object("in", in, "name", name)
                .with("required", Json.of(required))
                .with("schema", object("type", "string"));
    }

    private static Json body(String what) {
        var schema = KINDS.contains(what) ? reference("schemas/Resource") : reference("schemas/Object");
        return object("description", what)
                .with("required", Json.of(!what.equals("reason")))
                .with("content", content("application/json", schema));
    }

    private static Json responses() {
        var done =
                object("description", "done").with("content", content("application/json", reference("schemas/Object")));
        return Json.object()
                .put("2XX", done)
                .put("4XX", reference("responses/Problem"))
                .put("503", reference("responses/Problem"))
                .build();
    }

    private static Json itself() {
        return object("summary", "This description", "operationId", "getOpenapi")
                .with("security", new Json.Arr(List.of()))
                .with(
                        "responses",
                        Json.object()
                                .put("200", object("description", "OpenAPI 3.1"))
                                .build());
    }

    private static Json.Obj content(String type, Json schema) {
        return Json.object()
                .put(type, Json.object().put("schema", schema).build())
                .build();
    }

    private static Json.Obj reference(String to) {
        return object("$ref", "#/components/" + to);
    }

    private static Json components() {
        var bearer = object("type", "http", "scheme", "bearer", "description", "a person's credential, writ_person_…");
        var schemas = Json.object()
                .put("Object", object("type", "object"))
                .put("Resource", resource())
                .put("Problem", problem());
        var response = object("description", "why not, and what to do next (RFC 9457)")
                .with("content", content("application/problem+json", reference("schemas/Problem")));
        return Json.object()
                .put("securitySchemes", Json.object().put("person", bearer).build())
                .put("schemas", schemas.build())
                .put("responses", Json.object().put("Problem", response).build())
                .build();
    }

    private static Json.Obj resource() {
        var properties = Json.object()
                .put("apiVersion", object("const", "writ.dev/v1"))
                .put("kind", object("type", "string"))
                .put("metadata", object("type", "object"))
                .put("spec", object("type", "object"))
                .put("status", object("type", "object"));
        return object("type", "object")
                .with("required", Json.Arr.ofStrings(List.of("apiVersion", "kind", "spec")))
                .with("additionalProperties", Json.of(false))
                .with("properties", properties.build());
    }

    private static Json.Obj problem() {
        var properties = Json.object()
                .put("type", object("type", "string"))
                .put("title", object("type", "string"))
                .put("status", object("type", "integer"))
                .put("detail", object("type", "string"))
                .put("decision", object("type", "string"))
                .put("findings", object("type", "array"));
        return object("type", "object")
                .with("required", Json.Arr.ofStrings(List.of("type", "title", "status", "detail")))
                .with("properties", properties.build());
    }

    private static Json.Obj object(String... namesAndTexts) {
        var object = Json.object();
        for (int i = 0; i < namesAndTexts.length; i += 2) object.put(namesAndTexts[i], namesAndTexts[i + 1]);
        return object.build();
    }
}
