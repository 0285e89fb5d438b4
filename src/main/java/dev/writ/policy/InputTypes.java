package dev.writ.policy;

import dev.writ.base.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/**
 * Derives Cedar types from a tool's JSON Schema (2020-12; draft 7 reads the same here). What Cedar has no type for
 * (null, unions, free objects, mixed arrays, recursion) has none, so that a policy which names it is refused at publish
 * instead of meaning something else at run time. Combinators beside a plain {@code type} only narrow it.
 */
final class InputTypes {
    static final int DEPTH_MAX = 16;
    static final int MEMBERS_MAX = 1_000;

    private static final Set<String> ANNOTATIONS = Set.of(
            "$ref", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment");

    private final Json.Obj root;
    private int members;

    InputTypes(Json.Obj root) {
        this.root = root;
    }

    Optional<InputType> type(Json json, int depth) {
        if (!(json instanceof Json.Obj schema) || depth > DEPTH_MAX) return Optional.empty();
        if (schema.get("$ref").isPresent()) return reference(schema, depth);
        if (schema.get("type").isEmpty()) return ofLiterals(schema);
        return switch (schema.string("type").orElse("")) {
            case "string" -> Optional.of(ofString(schema));
            case "integer" -> Optional.of(InputType.Scalar.LONG);
            case "number" -> Optional.of(InputType.Scalar.DECIMAL);
            case "boolean" -> Optional.of(InputType.Scalar.BOOL);
            case "array" -> ofArray(schema, depth);
            case "object" -> ofObject(schema, depth);
            default -> Optional.empty();
        };
    }

    /** A local {@code #/$defs/…}; with siblings that could change its meaning there is no type. */
    private Optional<InputType> reference(Json.Obj schema, int depth) {
        if (!ANNOTATIONS.containsAll(schema.members().keySet())) return Optional.empty();
        var target = schema.string("$ref").orElse("");
        for (var place : new String[] {"$defs", "definitions"}) {
            var prefix = "#/" + place + "/";
            if (!target.startsWith(prefix) || target.indexOf('~') >= 0 || target.indexOf('%') >= 0) continue;
            return root.object(place)
                    .flatMap(found -> found.get(target.substring(prefix.length())))
                    .flatMap(found -> type(found, depth + 1));
        }
        return Optional.empty();
    }

    private static Optional<InputType> ofLiterals(Json.Obj schema) {
        if (schema.string("const").isPresent()) return Optional.of(InputType.Scalar.STRING);
        var literals = schema.array("enum");
        if (literals.isEmpty() || literals.get().items().isEmpty()) return Optional.empty();
        boolean strings = literals.get().items().stream().allMatch(item -> item instanceof Json.Str);
        return strings ? Optional.of(InputType.Scalar.STRING) : Optional.empty();
    }

    private static InputType ofString(Json.Obj schema) {
        return switch (schema.string("format").orElse("")) {
            case "date-time" -> InputType.Scalar.DATETIME;
            case "duration" -> InputType.Scalar.DURATION;
            case "ipv4" -> InputType.Scalar.IPV4;
            case "ipv6" -> InputType.Scalar.IPV6;
            default -> InputType.Scalar.STRING;
        };
    }

    private Optional<InputType> ofArray(Json.Obj schema, int depth) {
        if (schema.get("prefixItems").isPresent()) return Optional.empty();
        return schema.get("items").flatMap(items -> type(items, depth + 1)).map(InputType.SetOf::new);
    }

    private Optional<InputType> ofObject(Json.Obj schema, int depth) {
        var properties = schema.object("properties");
        if (properties.isEmpty() || properties.get().members().isEmpty())
            return depth == 0 ? Optional.of(new InputType.RecordOf(java.util.Map.of())) : Optional.empty();
        var required = new HashSet<>(schema.strings("required"));
        var typed = new LinkedHashMap<String, InputType.Member>();
        properties.get().members().forEach((name, property) -> {
            if (++members > MEMBERS_MAX) return;
            type(property, depth + 1)
                    .ifPresent(type -> typed.put(name, new InputType.Member(type, required.contains(name))));
        });
        return Optional.of(new InputType.RecordOf(typed));
    }
}
