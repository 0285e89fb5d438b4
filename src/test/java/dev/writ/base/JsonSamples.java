package dev.writ.base;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Random;

/** Random JSON values for property tests; the seed makes a failure repeatable. */
public final class JsonSamples {
    private static final String[] STRINGS = {
        "", "a", "b", "é", "e\u0301", "😀", "\u0000", "\"\\/", "\u2028", "zz", "1", "\uFB33"
    };
    private static final String[] NUMBERS = {"0", "-0", "1", "1.0", "1e400", "9007199254740993", "-12.5E-3", "120.00"};

    private JsonSamples() {}

    public static Json value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> Json.Null.VALUE;
            case 1 -> new Json.Bool(random.nextBoolean());
            case 2 -> new Json.Num(NUMBERS[random.nextInt(NUMBERS.length)]);
            case 3 -> new Json.Str(STRINGS[random.nextInt(STRINGS.length)]);
            case 4 -> array(random, depth);
            default -> object(random, depth);
        };
    }

    private static Json array(Random random, int depth) {
        var items = new ArrayList<Json>();
        for (int i = random.nextInt(4); i > 0; i--) items.add(value(random, depth - 1));
        return new Json.Arr(items);
    }

    public static Json.Obj object(Random random, int depth) {
        var members = new LinkedHashMap<String, Json>();
        for (int i = random.nextInt(5); i > 0; i--)
            members.put(STRINGS[random.nextInt(STRINGS.length)], value(random, depth - 1));
        return new Json.Obj(members);
    }

    public static Json shuffled(Json value, Random random) {
        return switch (value) {
            case Json.Arr(var items) ->
                new Json.Arr(items.stream().map(item -> shuffled(item, random)).toList());
            case Json.Obj(var members) -> {
                var names = new ArrayList<>(members.keySet());
                Collections.shuffle(names, random);
                var again = new LinkedHashMap<String, Json>();
                for (var name : names) again.put(name, shuffled(members.get(name), random));
                yield new Json.Obj(again);
            }
            default -> value;
        };
    }
}
