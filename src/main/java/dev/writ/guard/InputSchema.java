package dev.writ.guard;

import com.networknt.schema.SchemaException;
import dev.writ.base.Json;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A tool's own input schema (JSON Schema, 2020-12 unless it names another draft), compiled once from the pinned
 * definition. What most tools use is compiled to a {@link Shape}, which can only say "fits"; everything that it is not
 * sure of, and every reason, is left to {@link WholeSchema}. So two readings of a schema can never let through more
 * than the slower one, and a tool whose schema has more than a shape can hold has only that one.
 */
final class InputSchema {
    private final Optional<Shape> shape;
    private final boolean quick;
    private final Supplier<WholeSchema> whole;

    private InputSchema(Optional<Shape> shape, Supplier<WholeSchema> whole) {
        this.shape = shape;
        this.quick = shape.filter(known -> !Shape.slow(known)).isPresent();
        this.whole = whole;
    }

    static InputSchema of(Json.Obj inputSchema) {
        var shape = ShapeReader.shape(inputSchema);
        if (shape.isPresent()) return new InputSchema(shape, new Later(inputSchema));
        var whole = WholeSchema.of(inputSchema);
        return new InputSchema(shape, () -> whole);
    }

    /** Whether there is a way to be sure that arguments fit which is quicker than the whole schema. */
    boolean hasShape() {
        return shape.isPresent();
    }

    /** Whether it is so quick that an event loop can take it, whatever the arguments. */
    boolean quick() {
        return quick;
    }

    /** Whether the arguments certainly fit; takes no lock. */
    boolean fits(Json.Obj arguments) {
        if (shape.isEmpty() || !Shape.plain(arguments)) return false;
        try {
            return shape.get().fits(arguments);
        } catch (SchemaException e) {
            return false; // a pattern took too long; the whole schema says so
        }
    }

    /** Why the arguments break the schema, if they do; a schema that cannot be used is broken by everything. */
    Optional<String> violation(Json.Obj arguments) {
        return fits(arguments) ? Optional.empty() : whole.get().violation(arguments);
    }

    /** Most tools with a shape never need the whole schema, which costs a start many milliseconds. */
    private static final class Later implements Supplier<WholeSchema> {
        private final Json.Obj inputSchema;
        private Optional<WholeSchema> made = Optional.empty();

        Later(Json.Obj inputSchema) {
            this.inputSchema = inputSchema;
        }

        @Override
        public synchronized WholeSchema get() {
            if (made.isEmpty()) made = Optional.of(WholeSchema.of(inputSchema));
            return made.get();
        }
    }
}
