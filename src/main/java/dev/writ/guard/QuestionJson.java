package dev.writ.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.CanonicalWriter;
import dev.writ.policy.Entity;
import dev.writ.policy.Question;
import dev.writ.policy.Uid;
import dev.writ.policy.Value;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A question as Cedar's own JSON for requests and entities, so that a decision can be replayed by any Cedar engine from
 * the side store: principal, action, resource, context, and every entity that these lead to.
 */
final class QuestionJson {
    private QuestionJson() {}

    /** The canonical text. */
    static byte[] bytes(Question question) {
        var entities = entities(question);
        var out = new CanonicalWriter(entities.length + 1_024).object();
        uid(out.name("action"), question.action());
        value(out.name("context"), question.context());
        out.written("entities", entities);
        uid(out.name("principal"), question.principal());
        uid(out.name("resource"), question.resource());
        return out.end().bytes();
    }

    /** The entities that a question leads to, as they stand in its text. */
    static byte[] entities(Question question) {
        var reached = new TreeSet<Uid>();
        var next = new ArrayDeque<>(List.of(question.principal(), question.action(), question.resource()));
        references(question.context(), next);
        var out = new CanonicalWriter(4_096).array();
        while (!next.isEmpty()) {
            var uid = next.poll();
            if (!reached.add(uid)) continue;
            question.entities().entity(uid).ifPresent(entity -> {
                entity(out, entity);
                next.addAll(entity.parents());
                references(entity.attributes(), next);
            });
        }
        return out.end().bytes();
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

    private static void entity(CanonicalWriter out, Entity entity) {
        out.object();
        value(out.name("attrs"), entity.attributes());
        out.name("parents").array();
        entity.parents().stream().sorted().forEach(parent -> uid(out, parent));
        out.end();
        uid(out.name("uid"), entity.uid());
        out.end();
    }

    static void uid(CanonicalWriter out, Uid uid) {
        out.object().string("id", uid.id()).string("type", uid.type()).end();
    }

    static void value(CanonicalWriter out, Value value) {
        switch (value) {
            case Value.Bool(var bool) -> out.bool(bool);
            case Value.Long(var number) -> out.integer(number);
            case Value.Str(var text) -> out.text(text);
            case Value.Entity(var uid) -> {
                uid(out.object().name("__entity"), uid);
                out.end();
            }
            case Value.Set(var items) -> set(out, items);
            case Value.Record record -> record(out, record);
            case Value.Decimal(var tenThousandths) ->
                extension(out, "decimal", BigDecimal.valueOf(tenThousandths, 4).toPlainString());
            case Value.DateTime(var millis) ->
                extension(
                        out, "datetime", java.time.Instant.ofEpochMilli(millis).toString());
            case Value.Duration(var millis) -> extension(out, "duration", millis + "ms");
            case Value.IpAddr address -> extension(out, "ip", address(address));
            // Not Cedar: marks an argument that had no value of its type; a replay must fail on reading it.
            case Value.Broken(var reason) ->
                out.object().string("__broken", reason).end();
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Item(String key, byte[] text) {}

    /** A set has no order; its items stand in that of their texts, entities by type before id. */
    private static void set(CanonicalWriter out, Set<Value> items) {
        out.array();
        if (items.size() == 1) value(out, items.iterator().next());
        else
            items.stream()
                    .map(QuestionJson::item)
                    .sorted(Comparator.comparing(Item::key))
                    .forEach(item -> out.written(item.text()));
        out.end();
    }

    private static Item item(Value value) {
        var out = new CanonicalWriter(64);
        value(out, value);
        var text = out.bytes();
        return new Item(
                value instanceof Value.Entity(var uid)
                        ? new String(CanonicalWriter.string(uid.type()), UTF_8)
                                + ","
                                + new String(CanonicalWriter.string(uid.id()), UTF_8)
                        : new String(text, UTF_8),
                text);
    }

    private static void record(CanonicalWriter out, Value.Record record) {
        out.object();
        var names = record.names().toArray(new String[0]);
        Arrays.sort(names);
        for (var name : names) value(out.name(name), record.field(name).orElseThrow());
        out.end();
    }

    private static void extension(CanonicalWriter out, String function, String argument) {
        out.object()
                .name("__extn")
                .object()
                .string("arg", argument)
                .string("fn", function)
                .end()
                .end();
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
