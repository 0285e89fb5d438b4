package dev.writ.imports;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML 1.2 as JSON: the core of it that people write resources in. Refused: anchors and aliases (a few lines of
 * them make gigabytes), tags, keys that are not strings, duplicate keys. {@code yes} and {@code no} are strings, numbers
 * keep their lexemes.
 */
public final class Yaml {
    public static final int DEPTH_MAX = 64;
    public static final int TEXT_BYTES_MAX = 4 << 20;
    private static final int VALUES_MAX = 250_000;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

    private final String file;
    private final List<Json> documents = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private int values;

    private Yaml(String file) {
        this.file = file;
    }

    /** A collection that is not complete yet; {@code key} is the member whose value comes next. */
    private static final class Open {
        private final @Nullable Map<String, Json> members;
        private final List<Json> items = new ArrayList<>();
        private @Nullable String key;

        Open(boolean mapping) {
            this.members = mapping ? new LinkedHashMap<>() : null;
        }

        Json value() {
            return members == null ? new Json.Arr(items) : new Json.Obj(members);
        }
    }

    /** The documents of a text. @throws ImportError that names file and line */
    public static List<Json> read(String file, byte[] content) {
        if (content.length > TEXT_BYTES_MAX)
            throw new ImportError(
                    ImportError.Code.TOO_LARGE,
                    file,
                    "is larger than " + TEXT_BYTES_MAX + " bytes",
                    "split it into several files.");
        var reader = new Yaml(file);
        var settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(TEXT_BYTES_MAX)
                .build();
        try {
            var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
            for (var event : new Parse(settings).parseString(text)) reader.take(event);
        } catch (CharacterCodingException e) {
            throw new ImportError(ImportError.Code.MALFORMED, file, "is not UTF-8 text", "save it as UTF-8.");
        } catch (YamlEngineException e) {
            throw reader.malformed(e);
        } catch (IllegalArgumentException e) {
            // The parser's own way of refusing an escape that is cut off.
            throw new ImportError(ImportError.Code.MALFORMED, file, "has a broken escape", "correct the YAML there.");
        }
        return List.copyOf(reader.documents);
    }

    private void take(Event event) {
        if (event instanceof NodeEvent node && node.getAnchor().isPresent())
            throw wrong(event, "has an anchor or alias", "write the value out.");
        if (event instanceof AliasEvent) throw wrong(event, "has an alias", "write the value out.");
        switch (event.getEventId()) {
            case Scalar -> scalar((ScalarEvent) event);
            case MappingStart, SequenceStart -> start((CollectionStartEvent) event);
            case MappingEnd, SequenceEnd -> value(event, open.pop().value());
            default -> {}
        }
    }

    private void start(CollectionStartEvent event) {
        if (event.getTag().isPresent()) throw wrong(event, "has a tag", "remove it.");
        if (open.size() >= DEPTH_MAX) throw wrong(event, "is nested deeper than " + DEPTH_MAX, "flatten it.");
        if (awaitsKey()) throw wrong(event, "has a key that is not a string", "use a plain word as the key.");
        open.push(new Open(event.getEventId() == Event.ID.MappingStart));
    }

    private boolean awaitsKey() {
        var top = open.peek();
        return top != null && top.members != null && top.key == null;
    }

    private void scalar(ScalarEvent event) {
        if (event.getTag().isPresent()) throw wrong(event, "has a tag", "remove it.");
        var top = open.peek();
        if (top != null && top.members != null && top.key == null) {
            if (top.members.containsKey(event.getValue()))
                throw wrong(event, "has the key " + event.getValue() + " twice", "remove one of them.");
            top.key = event.getValue();
            return;
        }
        value(event, event.isPlain() ? plain(event) : Json.of(event.getValue()));
    }

    private Json plain(ScalarEvent event) {
        var text = event.getValue();
        return switch (text) {
            case "", "~", "null" -> Json.Null.VALUE;
            case "true" -> Json.of(true);
            case "false" -> Json.of(false);
            default -> NUMBER.matcher(text).matches() && text.length() <= 400 ? new Json.Num(text) : Json.of(text);
        };
    }

    private void value(Event event, Json value) {
        if (++values > VALUES_MAX) throw wrong(event, "has more than " + VALUES_MAX + " values", "split the file.");
        var top = open.peek();
        if (top == null) {
            documents.add(value);
        } else if (top.members == null) {
            top.items.add(value);
        } else {
            if (top.key == null) throw wrong(event, "has a key that is not a string", "use a plain word as the key.");
            top.members.put(top.key, value);
            top.key = null;
        }
    }

    private ImportError wrong(Event event, String why, String next) {
        return new ImportError(
                ImportError.Code.MALFORMED, at(event.getStartMark().map(m -> m.getLine())), why, next);
    }

    private ImportError malformed(YamlEngineException e) {
        var mark = e instanceof org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException marked
                ? marked.getProblemMark()
                : Optional.<org.snakeyaml.engine.v2.exceptions.Mark>empty();
        var why = e instanceof org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException marked
                ? marked.getProblem()
                : "is not YAML";
        return new ImportError(
                ImportError.Code.MALFORMED, at(mark.map(m -> m.getLine())), why, "correct the YAML there.");
    }

    private String at(Optional<Integer> line) {
        return line.map(l -> file + ":" + (l + 1)).orElse(file);
    }
}
