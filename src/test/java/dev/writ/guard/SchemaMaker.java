package dev.writ.guard;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes schemas as tools have them, and odder ones, and values that fit them, nearly fit them or do not. */
final class SchemaMaker {
    private static final List<String> NAMES = List.of("a", "b", "order", "größe", "x-y", "");
    private static final List<String> TEXTS =
            List.of("", "a", "ab", "EUR", "o-17", "😀", "😀😀", "\n", "aab\n", "0", "true");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1",
            "1.0",
            "1.50",
            "2",
            "3",
            "7",
            "-1",
            "-0.0",
            "0.1",
            "0.30",
            "10",
            "100",
            "5.000",
            "4503599627370496");
    private static final List<String> ODD_NUMBERS = List.of(
            "1e2",
            "1E-2",
            "1e400",
            "1e99999",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "123456789012345678901234567890123456789012345678901234567890",
            "0.1000000000000000000000000000000000000000000000001",
            "-9223372036854775809.0");
    private static final List<String> PATTERNS =
            List.of("^a+$", "b", "^[A-Z]{3}$", "^(a|b)*$", "\\d", "^\\p{Letter}+$", "[", "a$", "^.$", "^\\S+$");

    private final Random random;
    private final boolean odd;

    /** @param odd whether there is also what no shape can hold */
    SchemaMaker(Random random, boolean odd) {
        this.random = random;
        this.odd = odd;
    }

    Json.Obj tool() {
        var tool = Json.object();
        if (random.nextInt(4) == 0)
            tool.put(
                    "$schema",
                    random.nextBoolean()
                            ? "http://json-schema.org/draft-07/schema#"
                            : "https://json-schema.org/draft/2020-12/schema");
        if (random.nextInt(3) == 0)
            tool.put(
                    random.nextBoolean() ? "$defs" : "definitions",
                    Json.object().put("A", schema(2)).put("B_1", schema(1)).build());
        if (random.nextInt(10) > 0) tool.put("type", "object");
        fields(tool, 4);
        if (random.nextInt(20) == 0) tool.put("anyOf", new Json.Arr(List.of(schema(2), schema(2))));
        return tool.build();
    }

    private Json schema(int depth) {
        if (random.nextInt(25) == 0) return Json.of(random.nextBoolean());
        if (random.nextInt(12) == 0) return reference();
        var schema = Json.object();
        if (random.nextInt(6) == 0) schema.put("description", "what it is").put("x-note", 1);
        switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> text(schema.put("type", "string"));
            case 1 -> range(schema.put("type", "integer"));
            case 2 -> range(schema.put("type", "number"));
            case 3 -> schema.put("type", random.nextBoolean() ? "boolean" : "null");
            case 4 -> schema.put("enum", new Json.Arr(several(() -> scalar())));
            case 5 -> mixed(schema);
            case 6 -> items(schema.put("type", "array"), depth - 1);
            case 7 -> fields(schema.put("type", "object"), depth - 1);
            default ->
                schema.put(
                        random.nextInt(3) == 0 ? "allOf" : "anyOf",
                        new Json.Arr(List.of(schema(depth - 1), schema(depth - 1))));
        }
        if (odd && random.nextInt(6) == 0) odd(schema, depth);
        return schema.build();
    }

    private Json reference() {
        var to = random.nextBoolean() ? "$defs" : "definitions";
        var schema = Json.object().put("$ref", "#/" + to + (random.nextBoolean() ? "/A" : "/B_1"));
        if (random.nextBoolean()) schema.put("description", "see there");
        if (odd && random.nextInt(4) == 0) schema.put("type", "string");
        return schema.build();
    }

    /** Keywords without or beside the type that they are about. */
    private void mixed(Json.ObjectBuilder schema) {
        if (random.nextBoolean()) schema.put("type", Json.Arr.ofStrings(List.of("string", "integer")));
        if (random.nextInt(3) == 0) schema.put("const", scalar());
        if (random.nextBoolean()) text(schema);
        if (random.nextBoolean()) range(schema);
        if (random.nextInt(3) == 0) items(schema, 0);
        if (random.nextInt(3) == 0) fields(schema, 0);
    }

    private void odd(Json.ObjectBuilder schema, int depth) {
        switch (random.nextInt(12)) {
            case 0 -> schema.put("not", depth > 0 ? schema(depth - 1) : Json.Obj.EMPTY);
            case 1 -> schema.put("oneOf", new Json.Arr(List.of(Json.Obj.EMPTY, typed("string"))));
            case 2 -> schema.put("format", "date-time");
            case 3 -> schema.put("required", "a");
            case 4 -> schema.put("type", "any");
            case 5 -> schema.put("minimum", oddNumber());
            case 6 -> schema.put("exclusiveMinimum", Json.of(true));
            case 7 -> schema.put("enum", new Json.Arr(List.of(new Json.Arr(List.of(number())), Json.Obj.EMPTY)));
            case 8 ->
                schema.put(
                        "patternProperties",
                        Json.object().put("^a", typed("string")).build());
            case 9 -> schema.put("items", new Json.Arr(List.of(typed("string"))));
            case 10 -> schema.put("nullable", true).put("unheardOf", 7);
            default -> schema.put("multipleOf", random.nextBoolean() ? number() : oddNumber());
        }
    }

    private static Json typed(String type) {
        return Json.object().put("type", type).build();
    }

    private void text(Json.ObjectBuilder schema) {
        if (random.nextInt(3) == 0) schema.put("minLength", random.nextInt(3));
        if (random.nextInt(3) == 0) schema.put("maxLength", random.nextInt(4));
        if (random.nextInt(4) == 0) schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
        if (random.nextInt(8) == 0) schema.put("format", "uri");
    }

    private void range(Json.ObjectBuilder schema) {
        for (var keyword : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
            if (random.nextInt(5) == 0) schema.put(keyword, number());
        if (random.nextInt(6) == 0) schema.put("multipleOf", number());
    }

    private void items(Json.ObjectBuilder schema, int depth) {
        if (random.nextInt(4) > 0) schema.put("items", schema(depth));
        if (random.nextInt(4) == 0) schema.put("minItems", random.nextInt(3));
        if (random.nextInt(4) == 0) schema.put("maxItems", random.nextInt(4));
        if (random.nextInt(4) == 0) schema.put("uniqueItems", random.nextInt(4) > 0);
    }

    private void fields(Json.ObjectBuilder schema, int depth) {
        var fields = Json.object();
        for (var name : NAMES) if (random.nextBoolean()) fields.put(name, schema(Math.max(0, depth)));
        if (random.nextInt(8) > 0) schema.put("properties", fields.build());
        if (random.nextBoolean()) schema.put("required", Json.Arr.ofStrings(several(() -> name())));
        if (random.nextInt(3) == 0)
            schema.put(
                    "additionalProperties",
                    random.nextInt(3) == 0 ? schema(Math.max(0, depth - 1)) : Json.of(random.nextBoolean()));
    }

    /** A value, most often one that was made with a look at the schema. */
    Json value(Json schema, Json.Obj root, int depth) {
        if (depth <= 0 || random.nextInt(14) == 0 || !(schema instanceof Json.Obj object)) return anything(depth);
        if (object.string("$ref").isPresent()) {
            var path = object.string("$ref").get().split("/");
            return value(root.object(path[1]).flatMap(in -> in.get(path[2])).orElse(Json.Obj.EMPTY), root, depth - 1);
        }
        if (object.array("enum").isPresent() && random.nextInt(5) > 0) {
            var values = object.array("enum").get().items();
            return values.isEmpty() ? Json.Null.VALUE : values.get(random.nextInt(values.size()));
        }
        if (object.get("const").isPresent() && random.nextInt(4) > 0)
            return object.get("const").get();
        for (var keyword : List.of("anyOf", "allOf"))
            if (object.array(keyword).isPresent() && random.nextInt(3) > 0) {
                var some = object.array(keyword).get().items();
                return value(some.get(random.nextInt(some.size())), root, depth - 1);
            }
        return switch (object.string("type").orElse("")) {
            case "string" -> text();
            case "integer", "number" -> someNumber();
            case "boolean" -> Json.of(random.nextBoolean());
            case "null" -> Json.Null.VALUE;
            case "array" ->
                new Json.Arr(several(() -> value(object.get("items").orElse(Json.of(true)), root, depth - 1)));
            case "object" -> object(object, root, depth);
            default -> anything(depth);
        };
    }

    Json.Obj object(Json.Obj schema, Json.Obj root, int depth) {
        var made = Json.object();
        schema.object("properties").orElse(Json.Obj.EMPTY).members().forEach((name, of) -> {
            if (random.nextInt(4) > 0) made.put(name, value(of, root, depth - 1));
        });
        for (var name : schema.strings("required"))
            if (random.nextInt(12) > 0 && made.build().get(name).isEmpty()) made.put(name, anything(1));
        if (random.nextInt(8) == 0) made.put("more", anything(1));
        return made.build();
    }

    private Json anything(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 4)) {
            case 4 -> new Json.Arr(several(() -> anything(depth - 1)));
            case 5 -> Json.object().put(name(), anything(depth - 1)).build();
            case 6 -> Json.Obj.EMPTY;
            default -> scalar();
        };
    }

    private Json scalar() {
        return switch (random.nextInt(6)) {
            case 0 -> Json.Null.VALUE;
            case 1 -> Json.of(random.nextBoolean());
            case 2, 3 -> number();
            default -> text();
        };
    }

    private Json text() {
        return Json.of(TEXTS.get(random.nextInt(TEXTS.size())));
    }

    private Json someNumber() {
        return odd && random.nextInt(8) == 0 ? oddNumber() : number();
    }

    private Json number() {
        return new Json.Num(NUMBERS.get(random.nextInt(NUMBERS.size())));
    }

    private Json oddNumber() {
        return new Json.Num(ODD_NUMBERS.get(random.nextInt(ODD_NUMBERS.size())));
    }

    private String name() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private <T> List<T> several(java.util.function.Supplier<T> one) {
        var made = new ArrayList<T>();
        for (int i = random.nextInt(4); i >= 0; i--) made.add(one.get());
        return made;
    }
}
