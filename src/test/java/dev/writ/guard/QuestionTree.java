package dev.writ.guard;

import dev.writ.base.Json;
import dev.writ.policy.Entity;
import dev.writ.policy.Question;
import dev.writ.policy.Uid;
import dev.writ.policy.Value;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;

/** A question as a tree of JSON: how it was written before it was written straight to bytes, and what those are held against. */
final class QuestionTree {
    private QuestionTree() {}

    static Json.Obj of(Question question) {
        return Json.object()
                .put("principal", uid(question.principal()))
                .put("action", uid(question.action()))
                .put("resource", uid(question.resource()))
                .put("context", value(question.context()))
                .put("entities", entities(question))
                .build();
    }

    private static Json entities(Question question) {
        var reached = new TreeSet<Uid>();
        var next = new ArrayDeque<>(List.of(question.principal(), question.action(), question.resource()));
        references(question.context(), next);
        var found = new ArrayList<Json>();
        while (!next.isEmpty()) {
            var uid = next.poll();
            if (!reached.add(uid)) continue;
            question.entities().entity(uid).ifPresent(entity -> {
                found.add(entity(entity));
                next.addAll(entity.parents());
                references(entity.attributes(), next);
            });
        }
        return new Json.Arr(found);
    }

    private static void references(Value value, ArrayDeque<Uid> into) {
        switch (value) {
            case Value.Entity(var uid) -> into.add(uid);
            case Value.Set(var items) -> items.forEach(item -> references(item, into));
            case Value.Record record ->
                record.names().forEach(name -> references(record.field(name).orElseThrow(), into));
            case Value.Bool _,
                    Value.Long _,
                    Value.Str _,
                    Value.Decimal _,
                    Value.DateTime _,
                    Value.Duration _,
                    Value.IpAddr _,
                    Value.Broken _ -> {}
        }
    }

    private static Json entity(Entity entity) {
        var parents =
                entity.parents().stream().sorted().<Json>map(QuestionTree::uid).toList();
        return Json.object()
                .put("uid", uid(entity.uid()))
                .put("attrs", value(entity.attributes()))
                .put("parents", new Json.Arr(parents))
                .build();
    }

    private static Json.Obj uid(Uid uid) {
        return Json.object().put("type", uid.type()).put("id", uid.id()).build();
    }

    private static Json value(Value value) {
        return switch (value) {
            case Value.Bool(var bool) -> Json.of(bool);
            case Value.Long(var number) -> Json.of(number);
            case Value.Str(var text) -> Json.of(text);
            case Value.Entity(var uid) ->
                Json.object().put("__entity", uid(uid)).build();
            case Value.Set(var items) ->
                new Json.Arr(items.stream()
                        .map(QuestionTree::value)
                        .sorted(Comparator.comparing(Json::text))
                        .toList());
            case Value.Record record -> record(record);
            case Value.Decimal(var tenThousandths) ->
                extension("decimal", BigDecimal.valueOf(tenThousandths, 4).toPlainString());
            case Value.DateTime(var millis) ->
                extension("datetime", java.time.Instant.ofEpochMilli(millis).toString());
            case Value.Duration(var millis) -> extension("duration", millis + "ms");
            case Value.IpAddr address -> extension("ip", address(address));
            // Not Cedar: marks an argument that had no value of its type; a replay must fail on reading it.
            case Value.Broken(var reason) ->
                Json.object().put("__broken", reason).build();
        };
    }

    private static Json record(Value.Record record) {
        var members = new LinkedHashMap<String, Json>();
        for (var name : new TreeSet<>(record.names()))
            members.put(name, value(record.field(name).orElseThrow()));
        return new Json.Obj(members);
    }

    private static Json extension(String function, String argument) {
        return Json.object()
                .put(
                        "__extn",
                        Json.object().put("fn", function).put("arg", argument).build())
                .build();
    }

    private static String address(Value.IpAddr address) {
        var bytes = address.v6()
                ? ByteBuffer.allocate(16)
                        .putLong(address.high())
                        .putLong(address.low())
                        .array()
                : ByteBuffer.allocate(4).putInt((int) address.low()).array();
        try {
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + address.prefix();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
