package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.Optional;

/** Resources as the API takes them. */
final class Resource {
    static final String VERSION = "writ.dev/v1";

    private Resource() {}

    static Json.Obj of(String kind, Optional<String> name, Json.Obj spec) {
        var metadata = Json.object().put("name", name).build();
        return Json.object()
                .put("apiVersion", VERSION)
                .put("kind", kind)
                .put("metadata", metadata)
                .put("spec", spec)
                .build();
    }

    static Json.Obj of(String kind, String name, Json.Obj spec) {
        return of(kind, Optional.of(name), spec);
    }

    static String name(Json.Obj resource) {
        return resource.object("metadata").flatMap(m -> m.string("name")).orElse("");
    }

    static Json.Obj spec(Json.Obj resource) {
        return resource.object("spec").orElse(Json.Obj.EMPTY);
    }

    static Json.Obj reason(Optional<String> reason) {
        return Json.object().put("reason", reason).build();
    }

    /** What picocli gives for a repeated option that was not given. */
    static List<String> all(@org.jspecify.annotations.Nullable List<String> given) {
        return given == null ? List.of() : given;
    }
}
