package dev.writ.upstream;

import dev.writ.base.Headers;
import dev.writ.base.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The arguments of a tool that a request repeats in headers {@code Mcp-Param-…}, as {@code x-mcp-header} in the tool's
 * schema has it (MCP 2026-07-28, basic/transports/streamable-http, custom headers from tool parameters).
 */
public final class ToolHeaders {
    private static final String ANNOTATION = "x-mcp-header";
    private static final String PREFIX = "mcp-param-";
    private static final int DEPTH_MAX = 64;
    private static final int NUMBER_CHARS_MAX = 64;
    private static final Set<String> TYPES = Set.of("string", "integer", "boolean");
    /** Keywords whose values are data, not schemas. */
    private static final Set<String> DATA = Set.of("const", "default", "enum", "examples");

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

    private final List<Mirrored> mirrored;

    private record Mirrored(String header, List<String> path) {}

    private ToolHeaders(List<Mirrored> mirrored) {
        this.mirrored = List.copyOf(mirrored);
    }

    /** What a schema says of headers. */
    public sealed interface Read {
        record Valid(ToolHeaders headers) implements Read {}

        /** The definition must not be used over HTTP. */
        record Invalid(String why) implements Read {}
    }

    /** What was read of the tools of one server, so that it is not read anew at every call. */
    public static final class Known {
        private final Map<String, Entry> tools = new ConcurrentHashMap<>();

        private record Entry(Json.Obj schema, Read read) {}

        /** @param tool a name that the server has, not one that a client made up */
        @SuppressWarnings("ReferenceEquality") // a definition is one object as long as it stands
        public Read of(String tool, Json.Obj inputSchema) {
            var known = tools.get(tool);
            if (known != null && known.schema == inputSchema) return known.read;
            var read = ToolHeaders.of(inputSchema);
            tools.put(tool, new Entry(inputSchema, read));
            return read;
        }
    }

    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String why;

        Wrong(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }

    public static Read of(Json.Obj inputSchema) {
        var found = new ArrayList<Mirrored>();
        try {
            if (inputSchema.get(ANNOTATION).isPresent()) throw new Wrong("it stands outside of a property");
            gather(inputSchema, List.of(), found);
        } catch (Wrong e) {
            return new Read.Invalid(ANNOTATION + ": " + e.why);
        }
        return new Read.Valid(new ToolHeaders(found));
    }

    private static void gather(Json.Obj schema, List<String> path, List<Mirrored> found) {
        if (path.size() > DEPTH_MAX) throw new Wrong("the schema is nested too deeply");
        for (var keyword : schema.members().entrySet()) {
            if (keyword.getKey().equals("properties") && keyword.getValue() instanceof Json.Obj properties)
                for (var property : properties.members().entrySet())
                    property(property.getKey(), property.getValue(), path, found);
            else if (!DATA.contains(keyword.getKey()) && annotated(keyword.getValue(), 0))
                throw new Wrong("it stands where no chain of properties leads");
        }
    }

    private static void property(String name, Json schema, List<String> path, List<Mirrored> found) {
        if (!(schema instanceof Json.Obj object)) return;
        var here = new ArrayList<>(path);
        here.add(name);
        object.get(ANNOTATION).ifPresent(annotation -> found.add(mirrored(annotation, object, here, found)));
        gather(object.without(ANNOTATION), here, found);
    }

    private static Mirrored mirrored(Json annotation, Json.Obj schema, List<String> path, List<Mirrored> found) {
        if (!(annotation instanceof Json.Str(var name)) || !Headers.isToken(name) || name.length() > 100)
            throw new Wrong("it is not the name of a header");
        if (!primitive(schema)) throw new Wrong("it stands at a parameter that is no string, integer or boolean");
        var header = PREFIX + name.toLowerCase(Locale.ROOT);
        if (found.stream().anyMatch(other -> other.header.equals(header))) throw new Wrong("two have the same name");
        return new Mirrored(header, path);
    }

    private static boolean primitive(Json.Obj schema) {
        if (schema.string("type").isPresent())
            return TYPES.contains(schema.string("type").get());
        var types = new HashSet<>(schema.strings("type"));
        types.remove("null");
        return types.size() == 1 && TYPES.containsAll(types);
    }

    private static boolean annotated(Json value, int depth) {
        if (depth > DEPTH_MAX) throw new Wrong("the schema is nested too deeply");
        return switch (value) {
            case Json.Obj object ->
                object.members().entrySet().stream()
                        .anyMatch(member -> member.getKey().equals(ANNOTATION)
                                || (!DATA.contains(member.getKey()) && annotated(member.getValue(), depth + 1)));
            case Json.Arr array -> array.items().stream().anyMatch(item -> annotated(item, depth + 1));
            default -> false;
        };
    }

    /** What a call with these arguments carries. */
    Map<String, String> forCall(Json.Obj arguments) {
        var headers = new TreeMap<String, String>();
        for (var one : mirrored)
            value(arguments, one.path).ifPresent(value -> headers.put(one.header, HeaderText.encode(text(value))));
        return headers;
    }

    /** Why the headers of a call do not fit its arguments, if they do not. */
    public Optional<String> mismatch(Headers headers, Json.Obj arguments) {
        for (var one : mirrored) {
            var expected = value(arguments, one.path);
            var given = headers.all(one.header);
            if (expected.isEmpty() && given.isEmpty()) continue;
            if (expected.isEmpty()) return Optional.of(one.header + " stands for no value of the body");
            if (given.size() != 1) return Optional.of(one.header + " must be given once");
            var decoded = HeaderText.decode(given.getFirst());
            if (decoded.isEmpty()) return Optional.of(one.header + " is not encoded as it must be");
            if (!same(decoded.get(), expected.get())) return Optional.of(one.header + " differs from the body");
        }
        return Optional.empty();
    }

    private static Optional<Json> value(Json.Obj arguments, List<String> path) {
        Json here = arguments;
        for (var name : path) {
            if (!(here instanceof Json.Obj object)) return Optional.empty();
            var next = object.get(name);
            if (next.isEmpty()) return Optional.empty();
            here = next.get();
        }
        // Values of other types break the tool's own schema, and are refused for that.
        return here instanceof Json.Str || here instanceof Json.Bool || here instanceof Json.Num
                ? Optional.of(here)
                : Optional.empty();
    }

    private static String text(Json value) {
        return switch (value) {
            case Json.Str(var text) -> text;
            case Json.Num number -> integer(number.lexeme());
            default -> value.text();
        };
    }

    /** {@code 42.0} is the integer 42; what is none stays as it is. */
    private static String integer(String lexeme) {
        if (!number(lexeme)) return lexeme;
        var value = new BigDecimal(lexeme).stripTrailingZeros();
        return value.scale() <= 0 && value.precision() - value.scale() <= 20 ? value.toPlainString() : lexeme;
    }

    private static boolean same(String given, Json expected) {
        return switch (expected) {
            case Json.Num number ->
                number(given)
                        && number(number.lexeme())
                        && new BigDecimal(given).compareTo(new BigDecimal(number.lexeme())) == 0;
            default -> given.equals(text(expected));
        };
    }

    private static boolean number(String text) {
        return text.length() <= NUMBER_CHARS_MAX && NUMBER.matcher(text).matches();
    }
}
