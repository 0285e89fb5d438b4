package dev.writ.guard;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.DefaultDialectRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.DialectId;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.AnnotationKeyword;
import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A tool's input schema with everything that JSON Schema has, by a library: thorough, able to say what is wrong, and
 * many times slower than {@link Shape}. A {@code $ref} to another document is never followed over the network.
 */
final class WholeSchema {
    private static final SchemaRegistry REGISTRY = registry();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int EXPONENT_MAX = 1_000;
    private static final int WHY_CHARS_MAX = 300;

    private final Optional<Schema> schema;
    private final String broken;

    private WholeSchema(Optional<Schema> schema, String broken) {
        this.schema = schema;
        this.broken = broken;
    }

    static WholeSchema of(Json.Obj inputSchema) {
        try {
            var compiled = REGISTRY.getSchema(node(inputSchema));
            compiled.initializeValidators();
            return new WholeSchema(Optional.of(compiled), "");
        } catch (SchemaException | IllegalArgumentException | JacksonException e) {
            return new WholeSchema(Optional.empty(), unusable(e.getMessage()));
        } catch (StackOverflowError e) {
            return new WholeSchema(Optional.empty(), unusable("it is nested too deeply"));
        }
    }

    /** Why the arguments break the schema, if they do; a schema that cannot be used is broken by everything. */
    Optional<String> violation(Json.Obj arguments) {
        if (schema.isEmpty()) return Optional.of(broken);
        try {
            var errors = schema.get().validate(node(arguments));
            return errors.stream().findFirst().map(e -> shown(e.getInstanceLocation() + ": " + e.getMessage()));
        } catch (SchemaException e) {
            return Optional.of(unusable(e.getMessage()));
        } catch (JacksonException | ArithmeticException e) {
            // The library compares with an integer's bounds in 64 bits.
            return Optional.of("a number is beyond what can be compared with the tool's input schema");
        } catch (StackOverflowError e) {
            // A reference that leads to itself without looking any deeper into the arguments never ends.
            return Optional.of(unusable("it refers to itself without end"));
        }
    }

    boolean usable() {
        return schema.isPresent();
    }

    private static String unusable(@Nullable String why) {
        return "the tool's input schema cannot be used: " + shown(why);
    }

    private static String shown(@Nullable String text) {
        return Visible.text(String.valueOf(text), WHY_CHARS_MAX);
    }

    private static SchemaRegistry registry() {
        var dialects = List.of(
                        Dialects.getDraft202012(),
                        Dialects.getDraft201909(),
                        Dialects.getDraft7(),
                        Dialects.getDraft6(),
                        Dialects.getDraft4())
                .stream()
                .map(WholeSchema::quiet)
                .toList();
        return SchemaRegistry.builder()
                .defaultDialectId(DialectId.DRAFT_2020_12)
                .dialectRegistry(new DefaultDialectRegistry(dialects))
                .schemaLoader(loader -> loader.fetchRemoteResources(false))
                .schemaCacheEnabled(false)
                .schemaRegistryConfig(SchemaRegistryConfig.builder()
                        .regularExpressionFactory(BoundedPattern::of)
                        .build())
                .build();
    }

    /** A keyword that nobody knows is a note. The library would log each, and keep its name for ever. */
    private static Dialect quiet(Dialect dialect) {
        return Dialect.builder(dialect)
                .unknownKeywordFactory((keyword, _) -> new AnnotationKeyword(keyword))
                .build();
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
        if (Math.abs((long) value.scale()) > EXPONENT_MAX)
            throw new SchemaException("a number's exponent is beyond " + EXPONENT_MAX);
        return NODES.numberNode(value);
    }
}
