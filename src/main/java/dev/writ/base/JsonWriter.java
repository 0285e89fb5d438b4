package dev.writ.base;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/** Writes values as compact UTF-8; {@code sorted} orders members by UTF-16 code units. */
final class JsonWriter {
    private final boolean sorted;
    private final JsonBytes out;

    JsonWriter(boolean sorted) {
        this(sorted, new JsonBytes(1_024));
    }

    JsonWriter(boolean sorted, JsonBytes out) {
        this.sorted = sorted;
        this.out = out;
    }

    byte[] write(Json value) {
        append(value);
        return out.bytes();
    }

    void append(Json value) {
        switch (value) {
            case Json.Null _ -> out.ascii("null");
            case Json.Bool(var bool) -> out.ascii(bool ? "true" : "false");
            case Json.Num(var lexeme) -> out.ascii(lexeme);
            case Json.Str(var string) -> out.string(string);
            case Json.Arr array -> array(array);
            case Json.Obj object -> object(object.members());
        }
    }

    private void array(Json.Arr array) {
        out.put('[');
        boolean first = true;
        for (var item : array.items()) {
            if (!first) out.put(',');
            first = false;
            append(item);
        }
        out.put(']');
    }

    private void object(Map<String, Json> members) {
        out.put('{');
        boolean first = true;
        if (sorted) {
            // String.compareTo orders by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
            var names = members.keySet().toArray(new String[0]);
            Arrays.sort(names);
            for (var name : names) {
                if (!first) out.put(',');
                first = false;
                member(name, Objects.requireNonNull(members.get(name)));
            }
        } else {
            for (var member : members.entrySet()) {
                if (!first) out.put(',');
                first = false;
                member(member.getKey(), member.getValue());
            }
        }
        out.put('}');
    }

    private void member(String name, Json value) {
        out.string(name);
        out.put(':');
        append(value);
    }
}
