package dev.writ.guard;

import com.networknt.schema.SchemaException;
import dev.writ.base.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles a JSON Schema to a {@link Shape}, or not at all: one keyword that is not known here, or is written in an
 * unusual way, and there is no shape. Drafts 2020-12 and 7, where both mean the same by a keyword.
 */
final class ShapeReader {
    private static final int NODES_MAX = 10_000;
    private static final int DEPTH_MAX = 128;
    private static final Set<String> DRAFT_7 =
            Set.of("http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-07/schema");
    private static final Set<String> DRAFT_2020_12 = Set.of("https://json-schema.org/draft/2020-12/schema");

    private static final Set<String> NOTES =
            Set.of("title", "description", "default", "examples", "$comment", "deprecated", "readOnly", "writeOnly");
    private static final Set<String> ASSERTIONS = Set.of(
            "type",
            "enum",
            "const",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "items",
            "minItems",
            "maxItems",
            "uniqueItems",
            "properties",
            "required",
            "additionalProperties",
            "anyOf",
            "allOf");
    private static final Map<String, Integer> TYPES = Map.of(
            "null", Shape.Typed.NULL,
            "boolean", Shape.Typed.BOOLEAN,
            "string", Shape.Typed.STRING,
            "array", Shape.Typed.ARRAY,
            "object", Shape.Typed.OBJECT,
            "number", Shape.Typed.NUMBER,
            "integer", Shape.Typed.INTEGER);

    private final Json.Obj root;
    private final boolean draft7;
    private final Set<String> open = new HashSet<>();
    private boolean understood = true;
    private int nodes;
    private int depth;

    private ShapeReader(Json.Obj root, boolean draft7) {
        this.root = root;
        this.draft7 = draft7;
    }

    static Optional<Shape> shape(Json.Obj schema) {
        var named = schema.get("$schema");
        boolean draft7 = named.isPresent() && named.get() instanceof Json.Str(var uri) && DRAFT_7.contains(uri);
        boolean draft2020 =
                named.isEmpty() || (named.get() instanceof Json.Str(var uri) && DRAFT_2020_12.contains(uri));
        if (!draft7 && !draft2020) return Optional.empty();
        var reader = new ShapeReader(schema, draft7);
        reader.definitions();
        var shape = reader.schema(schema);
        return reader.understood ? Optional.of(shape) : Optional.empty();
    }

    /** Reads even those that nothing refers to: what is wrong in one of them may break the whole for the library. */
    private void definitions() {
        for (var name : List.of("$defs", "definitions"))
            switch (root.get(name).orElse(Json.Obj.EMPTY)) {
                case Json.Obj(var members) -> members.values().forEach(this::schema);
                case Json.Null _, Json.Bool _, Json.Str _, Json.Num _, Json.Arr _ -> unknown();
            }
    }

    private Shape unknown() {
        understood = false;
        return Shape.NOTHING;
    }

    private Shape schema(Json schema) {
        if (!understood || ++nodes > NODES_MAX || depth >= DEPTH_MAX) return unknown();
        depth++;
        var shape =
                switch (schema) {
                    case Json.Bool(var all) -> all ? Shape.ANYTHING : Shape.NOTHING;
                    case Json.Obj object -> object.get("$ref").isPresent() ? reference(object) : object(object);
                    case Json.Null _, Json.Num _, Json.Str _, Json.Arr _ -> unknown();
                };
        depth--;
        return shape;
    }

    /** A reference to a definition of this document, and nothing beside it that asserts. Cycles have no shape. */
    private Shape reference(Json.Obj object) {
        for (var name : object.members().keySet()) if (!name.equals("$ref") && !isNote(name, object)) return unknown();
        var to = object.string("$ref").orElse("");
        for (var place : List.of("$defs", "definitions")) {
            var prefix = "#/" + place + "/";
            if (!to.startsWith(prefix) || (draft7 && place.equals("$defs"))) continue;
            var name = to.substring(prefix.length());
            var target = root.object(place).flatMap(of -> of.get(name));
            if (!isSimple(name) || target.isEmpty() || !open.add(to)) return unknown();
            var shape = schema(target.get());
            open.remove(to);
            return shape;
        }
        return unknown();
    }

    /** Without anything that a JSON pointer or a URI would escape, and no number, which points into arrays. */
    private static boolean isSimple(String name) {
        if (name.isEmpty() || Character.isDigit(name.charAt(0))) return false;
        return name.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-'));
    }

    /** A keyword that says nothing about values. */
    @SuppressWarnings("ReferenceEquality") // the root itself, not something that looks like it
    private boolean isNote(String name, Json.Obj in) {
        if (NOTES.contains(name) || name.startsWith("x-")) return true;
        // Draft 7 asserts formats, 2020-12 does not.
        if (name.equals("format")) return !draft7 && in.string(name).isPresent();
        return in == root && (name.equals("$schema") || name.equals("$defs") || name.equals("definitions"));
    }

    private Shape object(Json.Obj object) {
        for (var name : object.members().keySet())
            if (!ASSERTIONS.contains(name) && !isNote(name, object)) return unknown();
        var parts = new ArrayList<Shape>();
        int types = types(object);
        if (types != 0) parts.add(new Shape.Typed(types));
        object.get("enum").ifPresent(values -> parts.add(values instanceof Json.Arr(var all) ? among(all) : unknown()));
        object.get("const").ifPresent(value -> parts.add(among(List.of(value))));
        if (has(object, "minLength", "maxLength", "pattern")) parts.add(text(object));
        if (has(object, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
            parts.add(range(object, (types & Shape.Typed.INTEGER) != 0));
        if (has(object, "items", "minItems", "maxItems", "uniqueItems")) parts.add(items(object));
        if (has(object, "properties", "required", "additionalProperties")) parts.add(fields(object));
        object.get("allOf").ifPresent(all -> parts.add(new Shape.Every(schemas(all))));
        object.get("anyOf").ifPresent(any -> parts.add(new Shape.Some(schemas(any))));
        if (parts.isEmpty()) return Shape.ANYTHING;
        return parts.size() == 1 ? parts.getFirst() : new Shape.Every(List.copyOf(parts));
    }

    private static boolean has(Json.Obj object, String... keywords) {
        for (var keyword : keywords) if (object.get(keyword).isPresent()) return true;
        return false;
    }

    private int types(Json.Obj object) {
        var named = object.get("type");
        if (named.isEmpty()) return 0;
        var names = named.get() instanceof Json.Arr(var several) ? several : List.of(named.get());
        int types = 0;
        for (var name : names) {
            var type = name instanceof Json.Str(var text) ? TYPES.get(text) : null;
            if (type == null) unknown();
            else types |= type;
        }
        if (types == 0) unknown();
        return types;
    }

    private Shape among(List<Json> values) {
        var among = Shape.Among.of(values);
        return among.isPresent() ? among.get() : unknown();
    }

    private Shape text(Json.Obj object) {
        return new Shape.Text(
                count(object, "minLength", 0), count(object, "maxLength", Integer.MAX_VALUE), pattern(object));
    }

    private Optional<BoundedPattern> pattern(Json.Obj object) {
        if (object.get("pattern").isEmpty()) return Optional.empty();
        var text = object.string("pattern");
        if (text.isPresent())
            try {
                return Optional.of(BoundedPattern.of(text.get()));
            } catch (SchemaException e) {
                unknown();
            }
        unknown();
        return Optional.empty();
    }

    private Shape range(Json.Obj object, boolean whole) {
        var step = number(object, "multipleOf");
        if (step.isPresent() && step.get().signum() <= 0) return unknown();
        return new Shape.Range(
                number(object, "minimum"),
                number(object, "exclusiveMinimum"),
                number(object, "maximum"),
                number(object, "exclusiveMaximum"),
                step,
                whole);
    }

    private Optional<BigDecimal> number(Json.Obj object, String keyword) {
        if (object.get(keyword).isEmpty()) return Optional.empty();
        if (object.get(keyword).get() instanceof Json.Num(var lexeme) && lexeme.length() <= 15 && Shape.plain(lexeme))
            return Optional.of(new BigDecimal(lexeme));
        unknown();
        return Optional.empty();
    }

    private int count(Json.Obj object, String keyword, int otherwise) {
        if (object.get(keyword).isEmpty()) return otherwise;
        var count = object.integer(keyword).filter(n -> n >= 0 && n <= Integer.MAX_VALUE);
        if (count.isEmpty()) unknown();
        return count.map(Long::intValue).orElse(otherwise);
    }

    private Shape items(Json.Obj object) {
        var each = object.get("items").map(this::schema).orElse(Shape.ANYTHING);
        return new Shape.Items(
                each,
                count(object, "minItems", 0),
                count(object, "maxItems", Integer.MAX_VALUE),
                flag(object, "uniqueItems"));
    }

    private boolean flag(Json.Obj object, String keyword) {
        if (object.get(keyword).isPresent() && object.bool(keyword).isEmpty()) unknown();
        return object.bool(keyword).orElse(false);
    }

    private Shape fields(Json.Obj object) {
        var byName = new HashMap<String, Shape>();
        var fields = new ArrayList<Shape.Fields.Field>();
        switch (object.get("properties").orElse(Json.Obj.EMPTY)) {
            case Json.Obj(var members) ->
                members.forEach((name, schema) -> {
                    var shape = schema(schema);
                    byName.put(name, shape);
                    fields.add(new Shape.Fields.Field(name, shape));
                });
            case Json.Null _, Json.Bool _, Json.Str _, Json.Num _, Json.Arr _ -> unknown();
        }
        var others = object.get("additionalProperties").map(this::schema).orElse(Shape.ANYTHING);
        return new Shape.Fields(List.copyOf(fields), Map.copyOf(byName), required(object), others);
    }

    private List<String> required(Json.Obj object) {
        var named = object.get("required");
        if (named.isEmpty()) return List.of();
        if (!(named.get() instanceof Json.Arr(var names))
                || object.strings("required").size() != names.size()) {
            unknown();
            return List.of();
        }
        return object.strings("required");
    }

    private List<Shape> schemas(Json several) {
        if (several instanceof Json.Arr(var all) && !all.isEmpty())
            return all.stream().map(this::schema).toList();
        unknown();
        return List.of();
    }
}
