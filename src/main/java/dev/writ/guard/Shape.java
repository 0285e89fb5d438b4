package dev.writ.guard;

import dev.writ.base.Json;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a compiled part of a JSON Schema accepts for certain. It never says yes where JSON Schema says no; a no means
 * "not sure". Only keywords that can be joined by "and" and "or" have a shape, so that this holds for the whole when it
 * holds for each part. It is asked about {@link #plain} values only.
 */
sealed interface Shape {
    Shape ANYTHING = new Every(List.of());
    Shape NOTHING = new Some(List.of());

    /** Beyond this many characters a number may not fit 64 bits, which the library trips over; nor is an exponent read. */
    int NUMBER_CHARS_MAX = 18;

    boolean fits(Json value);

    /** Whether looking at a value may take much longer than reading it: a pattern backtracks. */
    static boolean slow(Shape shape) {
        return switch (shape) {
            case Every(var all) -> all.stream().anyMatch(Shape::slow);
            case Some(var any) -> any.stream().anyMatch(Shape::slow);
            case Text text -> text.pattern().isPresent();
            case Items items -> slow(items.each());
            case Fields fields ->
                slow(fields.others()) || fields.byName().values().stream().anyMatch(Shape::slow);
            case Typed _, Among _, Range _ -> false;
        };
    }

    /** Whether every number within is written as plain digits, few enough to calculate with. */
    static boolean plain(Json value) {
        return switch (value) {
            case Json.Null _, Json.Bool _, Json.Str _ -> true;
            case Json.Num(var lexeme) -> plain(lexeme);
            case Json.Arr(var items) -> {
                for (var item : items) if (!plain(item)) yield false;
                yield true;
            }
            case Json.Obj(var members) -> {
                for (var member : members.values()) if (!plain(member)) yield false;
                yield true;
            }
        };
    }

    static boolean plain(String lexeme) {
        return lexeme.length() <= NUMBER_CHARS_MAX && lexeme.indexOf('e') < 0 && lexeme.indexOf('E') < 0;
    }

    /** Mathematically equal numbers are equal here, whatever they were written as. */
    private static BigDecimal value(String lexeme) {
        return new BigDecimal(lexeme).stripTrailingZeros();
    }

    private static boolean isAnything(Shape shape) {
        return shape instanceof Every(var all) && all.isEmpty();
    }

    record Every(List<Shape> all) implements Shape {
        @Override
        public boolean fits(Json value) {
            for (int i = 0; i < all.size(); i++) if (!all.get(i).fits(value)) return false;
            return true;
        }
    }

    record Some(List<Shape> any) implements Shape {
        @Override
        public boolean fits(Json value) {
            for (int i = 0; i < any.size(); i++) if (any.get(i).fits(value)) return true;
            return false;
        }
    }

    /**
     * What a value is (validation 6.1.1).
     *
     * @param types the sum of those allowed
     */
    record Typed(int types) implements Shape {
        static final int NULL = 1;
        static final int BOOLEAN = 2;
        static final int STRING = 4;
        static final int ARRAY = 8;
        static final int OBJECT = 16;
        static final int NUMBER = 32;
        static final int INTEGER = 64;

        @Override
        public boolean fits(Json value) {
            return switch (value) {
                case Json.Null _ -> (types & NULL) != 0;
                case Json.Bool _ -> (types & BOOLEAN) != 0;
                case Json.Str _ -> (types & STRING) != 0;
                case Json.Arr _ -> (types & ARRAY) != 0;
                case Json.Obj _ -> (types & OBJECT) != 0;
                case Json.Num(var lexeme) -> (types & NUMBER) != 0 || ((types & INTEGER) != 0 && integer(lexeme));
            };
        }

        /** 1.0 is an integer as well. */
        private static boolean integer(String lexeme) {
            int point = lexeme.indexOf('.');
            if (point < 0) return true;
            for (int i = point + 1; i < lexeme.length(); i++) if (lexeme.charAt(i) != '0') return false;
            return true;
        }
    }

    /** {@code enum} and {@code const} of values without parts (6.1.2, 6.1.3). */
    record Among(Set<String> texts, Set<BigDecimal> numbers, Set<Json> others) implements Shape {
        static Optional<Among> of(List<Json> values) {
            var texts = new HashSet<String>();
            var numbers = new HashSet<BigDecimal>();
            var others = new HashSet<Json>();
            for (var value : values)
                switch (value) {
                    case Json.Str(var text) -> texts.add(text);
                    case Json.Num(var lexeme) -> {
                        if (!plain(lexeme)) return Optional.empty();
                        numbers.add(value(lexeme));
                    }
                    case Json.Null _, Json.Bool _ -> others.add(value);
                    case Json.Arr _, Json.Obj _ -> {
                        return Optional.empty();
                    }
                }
            return Optional.of(new Among(Set.copyOf(texts), Set.copyOf(numbers), Set.copyOf(others)));
        }

        @Override
        public boolean fits(Json value) {
            return switch (value) {
                case Json.Str(var text) -> texts.contains(text);
                case Json.Num(var lexeme) -> !numbers.isEmpty() && numbers.contains(value(lexeme));
                case Json.Null _, Json.Bool _ -> others.contains(value);
                case Json.Arr _, Json.Obj _ -> false;
            };
        }
    }

    /** {@code minLength}, {@code maxLength}, in code points, and {@code pattern} (6.3). */
    record Text(int min, int max, Optional<BoundedPattern> pattern) implements Shape {
        @Override
        public boolean fits(Json value) {
            if (!(value instanceof Json.Str(var text))) return true;
            if (text.length() < min) return false;
            if (min > 0 || text.length() > max) {
                int points = text.codePointCount(0, text.length());
                if (points < min || points > max) return false;
            }
            return pattern.isEmpty() || pattern.get().matches(text);
        }
    }

    /**
     * {@code minimum}, {@code maximum}, their exclusive forms and {@code multipleOf} (6.2).
     *
     * @param whole whether {@code type} has integers: the library compares those as 64 bits
     */
    record Range(
            Optional<BigDecimal> min,
            Optional<BigDecimal> above,
            Optional<BigDecimal> max,
            Optional<BigDecimal> below,
            Optional<BigDecimal> step,
            boolean whole)
            implements Shape {
        /** Up to so many digits an integer is exact in the library's arithmetic, which has doubles in it. */
        private static final int EXACT_DIGITS_MAX = 15;

        @Override
        public boolean fits(Json value) {
            if (!(value instanceof Json.Num(var lexeme))) return true;
            boolean fraction = lexeme.indexOf('.') >= 0;
            if (fraction ? whole : lexeme.length() > EXACT_DIGITS_MAX) return false;
            var number = new BigDecimal(lexeme);
            return (min.isEmpty() || number.compareTo(min.get()) >= 0)
                    && (above.isEmpty() || number.compareTo(above.get()) > 0)
                    && (max.isEmpty() || number.compareTo(max.get()) <= 0)
                    && (below.isEmpty() || number.compareTo(below.get()) < 0)
                    && (step.isEmpty() || number.remainder(step.get()).signum() == 0);
        }
    }

    /** {@code items}, {@code minItems}, {@code maxItems} and {@code uniqueItems} (6.4). */
    record Items(Shape each, int min, int max, boolean unique) implements Shape {
        @Override
        public boolean fits(Json value) {
            if (!(value instanceof Json.Arr(var items))) return true;
            if (items.size() < min || items.size() > max) return false;
            if (!isAnything(each)) for (var item : items) if (!each.fits(item)) return false;
            return !unique || allDiffer(items);
        }

        private static boolean allDiffer(List<Json> items) {
            var seen = new HashSet<>();
            for (var item : items) {
                // Whether arrays and objects are equal depends on the numbers in them.
                if (item instanceof Json.Arr || item instanceof Json.Obj) return false;
                if (!seen.add(item instanceof Json.Num(var lexeme) ? value(lexeme) : item)) return false;
            }
            return true;
        }
    }

    /** {@code properties}, {@code required} and {@code additionalProperties}. */
    record Fields(List<Field> fields, Map<String, Shape> byName, List<String> required, Shape others) implements Shape {
        record Field(String name, Shape shape) {}

        @Override
        public boolean fits(Json value) {
            if (!(value instanceof Json.Obj(var members))) return true;
            for (int i = 0; i < required.size(); i++) if (!members.containsKey(required.get(i))) return false;
            if (fields.size() > 2L * members.size() + 8) return eachFits(members);
            int known = 0;
            for (int i = 0; i < fields.size(); i++) {
                var field = fields.get(i);
                var member = members.get(field.name());
                if (member == null) continue;
                if (!field.shape().fits(member)) return false;
                known++;
            }
            return isAnything(others) || known == members.size() || eachFits(members);
        }

        private boolean eachFits(Map<String, Json> members) {
            for (var member : members.entrySet())
                if (!byName.getOrDefault(member.getKey(), others).fits(member.getValue())) return false;
            return true;
        }
    }
}
