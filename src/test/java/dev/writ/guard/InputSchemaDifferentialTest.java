package dev.writ.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.writ.base.Json;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shape of a schema against the library's reading of it, over schemas and values of all kinds. */
class InputSchemaDifferentialTest {
    private static final int VALUES = 12;

    @Test
    void aShapeAndTheLibraryAgreeOnEverySchemaThatToolsUse() {
        compare(20_260_101, 2_500, false);
    }

    @Test
    void aShapeNeverLetsThroughWhatTheLibraryRefusesHoweverOddTheSchema() {
        compare(7, 2_500, true);
    }

    @Test
    @Tag("extended")
    void theSameOverManyMore() {
        for (int seed = 100; seed < 130; seed++) compare(seed, 5_000, seed % 2 == 0);
    }

    private static void compare(long seed, int schemas, boolean odd) {
        var random = new Random(seed);
        var maker = new SchemaMaker(random, odd);
        int shapes = 0;
        int fitting = 0;
        int violating = 0;
        int unsure = 0;
        for (int i = 0; i < schemas; i++) {
            var schema = maker.tool();
            var input = InputSchema.of(schema);
            var whole = WholeSchema.of(schema);
            if (!input.hasShape()) continue;
            shapes++;
            assertTrue(whole.usable(), () -> "has a shape, and the library cannot use it: " + schema.text());
            for (int v = 0; v < VALUES; v++) {
                var value = maker.object(schema, schema, 4);
                var why = whole.violation(value);
                if (input.fits(value))
                    assertTrue(
                            why.isEmpty(),
                            () -> "let through: " + value.text() + "\nby: " + schema.text() + "\nbut " + why);
                else if (why.isEmpty()) {
                    unsure++;
                    if (!odd) assertTrue(mayBeUnsure(value, schema), () -> value.text() + "\n" + schema.text());
                }
                assertEquals(why, input.violation(value));
                if (why.isEmpty()) fitting++;
                else violating++;
            }
        }
        assertTrue(shapes > schemas / 5, "too few shapes: " + shapes);
        assertTrue(fitting > shapes, "too few that fit: " + fitting);
        assertTrue(violating > shapes, "too few that do not: " + violating);
        assertTrue(unsure < fitting / 20, "unsure of " + unsure + " among " + fitting);
    }

    /** Equality of arrays and objects, long numbers and fractions that are integers are left to the library. */
    private static boolean mayBeUnsure(Json value, Json.Obj schema) {
        var text = schema.text();
        return text.contains("uniqueItems")
                || (text.contains("\"integer\"") && value.text().matches("(?s).*[0-9]\\.[0-9].*"))
                || value.text().contains("4503599627370496");
    }
}
