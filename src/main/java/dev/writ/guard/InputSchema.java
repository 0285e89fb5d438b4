package dev.writ.guard;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.math.BigDecimal;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A tool's own input schema (JSON Schema, 2020-12 unless it names another draft), compiled once from the pinned
 * definition. A {@code $ref} to another document is never followed over the network: such a schema does not compile,
 * and the tool cannot be called.
 */
final class InputSchema {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12, registry -> registry.schemaLoader(
                            loader -> loader.fetchRemoteResources(false))
                    .schemaCacheEnabled(false));
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int WHY_CHARS_MAX = 300;

    private final Optional<Schema> schema;
    private final String broken;

    private InputSchema(Optional<Schema> schema, String broken) {
        this.schema = schema;
        this.broken = broken;
    }

    static InputSchema of(Json.Obj inputSchema) {
        try {
            var compiled = REGISTRY.getSchema(node(inputSchema));
            compiled.initializeValidators();
            return new InputSchema(Optional.of(compiled), "");
        } catch (SchemaException | IllegalArgumentException e) {
            return new InputSchema(
                    Optional.empty(), "the tool's input schema cannot be used: " + shown(e.getMessage()));
        }
    }

    /** Why the arguments break the schema, if they do; a schema that cannot be used is broken by everything. */
    Optional<String> violation(Json.Obj arguments) {
        if (schema.isEmpty()) return Optional.of(broken);
        try {
            var errors = schema.get().validate(node(arguments));
            return errors.stream().findFirst().map(e -> shown(e.getInstanceLocation() + ": " + e.getMessage()));
        } catch (SchemaException e) {
            return Optional.of("the tool's input schema cannot be used: " + shown(e.getMessage()));
        }
    }

    private static String shown(@org.jspecify.annotations.Nullable String text) {
        return Visible.text(String.valueOf(text), WHY_CHARS_MAX);
    }

    private static JsonNode node(Json value) {
        return switch (value) {
            case Json.Null _ -> NODES.nullNode();
            case Json.Bool(var bool) -> NODES.booleanNode(bool);
            case Json.Str(var text) -> NODES.stringNode(text);
            case Json.Num number -> number(number);
            case Json.Arr(var items) -> {
                var array = NODES.arrayNode(items.size());
                for (var item : items) array.add(node(item));
                yield array;
            }
            case Json.Obj(var members) -> {
                var object = NODES.objectNode();
                members.forEach((name, member) -> object.set(name, node(member)));
                yield object;
            }
        };
    }

    private static JsonNode number(Json.Num number) {
        var small = number.asLong();
        if (small.isPresent()) return NODES.numberNode(small.get());
        var value = new BigDecimal(number.lexeme());
        // An exponent of millions would make arithmetic in the validator unbounded.
        if (Math.abs((long) value.scale()) > 1_000) throw new SchemaException("a number's exponent is beyond 1000");
        return NODES.numberNode(value);
    }
}
