package dev.writ.policy;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/** Reads and writes Cedar's JSON forms of values, entities and requests, for tests that share data with cedar-java. */
final class CedarJson {
    private CedarJson() {}

    static Value value(Json json) {
        return switch (json) {
            case Json.Bool(var truth) -> Value.Bool.of(truth);
            case Json.Num number -> new Value.Long(number.asLong().orElseThrow());
            case Json.Str(var text) -> new Value.Str(text);
            case Json.Arr(var items) ->
                Value.Set.of(items.stream().map(CedarJson::value).toList());
            case Json.Obj object -> objectValue(object);
            case Json.Null _ -> throw new AssertionError("null is no value");
        };
    }

    private static Value objectValue(Json.Obj object) {
        if (object.object("__entity").isPresent())
            return new Value.Entity(uid(object.object("__entity").get()));
        if (object.object("__extn").isPresent())
            return extension(object.object("__extn").get());
        return record(object);
    }

    private static Value extension(Json.Obj extension) {
        var function = Function.named(extension.string("fn").orElseThrow()).orElseThrow();
        var arguments = new ArrayList<Json>();
        extension.get("arg").ifPresent(arguments::add);
        extension.array("args").ifPresent(all -> arguments.addAll(all.items()));
        return function.apply(value(arguments.getFirst()), value(arguments.getLast()));
    }

    static Value.Record record(Json.Obj object) {
        var fields = new HashMap<String, Value>();
        object.members().forEach((name, field) -> fields.put(name, value(field)));
        return Value.Record.of(fields);
    }

    static Uid uid(Json.Obj object) {
        var plain = object.object("__entity").orElse(object);
        return new Uid(plain.string("type").orElseThrow(), plain.string("id").orElseThrow());
    }

    static Entities entities(Json.Arr array) {
        var entities = new ArrayList<Entity>();
        for (var item : array.items()) {
            var json = (Json.Obj) item;
            var parents = new HashSet<Uid>();
            json.array("parents").ifPresent(all -> all.items().forEach(p -> parents.add(uid((Json.Obj) p))));
            Map<String, Value> tags = new HashMap<>();
            json.object("tags").ifPresent(all -> all.members().forEach((key, tag) -> tags.put(key, value(tag))));
            entities.add(new Entity(
                    uid(json.object("uid").orElseThrow()),
                    record(json.object("attrs").orElse(Json.Obj.EMPTY)),
                    tags,
                    parents));
        }
        return Entities.of(entities);
    }

    static Json json(Value value) {
        return switch (value) {
            case Value.Bool(var truth) -> new Json.Bool(truth);
            case Value.Long(var number) -> Json.of(number);
            case Value.Str(var text) -> Json.of(text);
            case Value.Set(var items) ->
                new Json.Arr(items.stream().map(CedarJson::json).toList());
            case Value.Record record -> json(record);
            case Value.Entity(var uid) ->
                Json.object().put("__entity", json(uid)).build();
            case Value.Decimal(var n) ->
                extension("decimal", java.math.BigDecimal.valueOf(n, 4).toPlainString());
            case Value.DateTime(var millis) ->
                extension(
                        "datetime",
                        java.time.format.DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
                                .withZone(java.time.ZoneOffset.UTC)
                                .format(java.time.Instant.ofEpochMilli(millis)));
            case Value.Duration(var millis) -> extension("duration", millis + "ms");
            case Value.IpAddr ip -> extension("ip", text(ip));
            case Value.Broken broken -> throw new AssertionError(broken.reason());
        };
    }

    static Json.Obj json(Value.Record record) {
        var object = Json.object();
        for (var name : record.names()) object.put(name, json(record.field(name).orElseThrow()));
        return object.build();
    }

    static Json.Obj json(Uid uid) {
        return Json.object().put("type", uid.type()).put("id", uid.id()).build();
    }

    static Json.Obj json(Entity entity) {
        var tags = Json.object();
        entity.tags().forEach((key, tag) -> tags.put(key, json(tag)));
        return Json.object()
                .put("uid", json(entity.uid()))
                .put("attrs", json(entity.attributes()))
                .put("tags", tags.build())
                .put(
                        "parents",
                        new Json.Arr(entity.parents().stream()
                                .map(p -> (Json) json(p))
                                .toList()))
                .build();
    }

    private static Json extension(String function, String argument) {
        return Json.object()
                .put(
                        "__extn",
                        Json.object().put("fn", function).put("arg", argument).build())
                .build();
    }

    private static String text(Value.IpAddr ip) {
        if (!ip.v6())
            return (ip.low() >> 24) + "." + (ip.low() >> 16 & 255) + "." + (ip.low() >> 8 & 255) + "."
                    + (ip.low() & 255) + "/" + ip.prefix();
        var groups = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            long half = i < 4 ? ip.high() : ip.low();
            groups.append(i == 0 ? "" : ":").append(Long.toHexString(half >>> (48 - 16 * (i % 4)) & 0xFFFF));
        }
        return groups + "/" + ip.prefix();
    }
}
