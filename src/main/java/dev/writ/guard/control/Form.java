package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Nearest;
import dev.writ.base.Visible;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a JSON object strictly: every member is known and has its type, and what is wrong is said with its place. */
public final class Form {
    private static final int ITEMS_MAX = 1_000;
    private static final int CHARS_MAX = 16 * 1024;

    private final Json.Obj json;
    private final String place;

    /** What is wrong with a document; a sentence for people. */
    public static final class Wrong extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Wrong(String why) {
            super(why);
        }
    }

    private Form(Json.Obj json, String place) {
        this.json = json;
        this.place = place;
    }

    /** @throws Wrong when a member is not among the known ones */
    public static Form of(Json.Obj json, Set<String> known) {
        return of(json, "", known);
    }

    private static Form of(Json.Obj json, String place, Set<String> known) {
        for (var name : json.members().keySet())
            if (!known.contains(name))
                throw new Wrong("unknown member " + place + Visible.text(name, 60)
                        + Nearest.to(name, known)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse("; known are " + String.join(", ", new java.util.TreeSet<>(known))));
        return new Form(json, place);
    }

    public boolean has(String name) {
        return json.get(name).isPresent();
    }

    public String text(String name) {
        return textIf(name).orElseThrow(() -> missing(name));
    }

    public Optional<String> textIf(String name) {
        return member(name).map(value -> string(value, name));
    }

    /** A list of different strings; an absent member is an empty one. */
    public Set<String> texts(String name) {
        var found = new LinkedHashSet<String>();
        for (var item : items(name))
            if (!found.add(string(item, name))) throw new Wrong(place + name + " has an entry twice");
        return found;
    }

    /** As {@link #texts}, but the same string may come again, as in a command line. */
    public List<String> words(String name) {
        return items(name).stream().map(item -> string(item, name)).toList();
    }

    public Name name(String member) {
        return named(text(member), member);
    }

    public Set<Name> names(String member) {
        var found = new LinkedHashSet<Name>();
        for (var text : texts(member)) found.add(named(text, member));
        return found;
    }

    public long number(String name, long otherwise) {
        if (!has(name)) return otherwise;
        return json.integer(name).orElseThrow(() -> new Wrong(place + name + " is a whole number"));
    }

    /** A number that fits an int; a larger one is refused here and never wraps around. */
    public int smallNumber(String name, int otherwise) {
        long number = number(name, otherwise);
        if (number != (int) number) throw new Wrong(place + name + " is out of range");
        return (int) number;
    }

    public boolean flag(String name, boolean otherwise) {
        if (!has(name)) return otherwise;
        return json.bool(name).orElseThrow(() -> new Wrong(place + name + " is true or false"));
    }

    /** An RFC 3339 time with its offset. */
    public Optional<Instant> time(String name) {
        return textIf(name).map(text -> {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException e) {
                throw new Wrong(place + name + " is a time like 2026-11-20T18:00:00Z");
            }
        });
    }

    public <E extends Enum<E>> E choice(String name, Class<E> type, Optional<E> otherwise) {
        var text = textIf(name);
        if (text.isEmpty()) return otherwise.orElseThrow(() -> missing(name));
        var known = new ArrayList<String>();
        for (var each : type.getEnumConstants()) {
            var word = each.name().toLowerCase(Locale.ROOT);
            if (word.equals(text.get())) return each;
            known.add(word);
        }
        throw new Wrong(place + name + " is one of " + String.join(", ", known));
    }

    public Json.Obj object(String name) {
        return json.object(name)
                .orElseThrow(() -> has(name) ? new Wrong(place + name + " is an object") : missing(name));
    }

    public Form form(String name, Set<String> known) {
        return of(object(name), place + name + ".", known);
    }

    public Optional<Form> formIf(String name, Set<String> known) {
        return has(name) ? Optional.of(form(name, known)) : Optional.empty();
    }

    /** The objects of a list. */
    public List<Form> forms(String name, Set<String> known) {
        return items(name).stream()
                .map(item -> {
                    if (!(item instanceof Json.Obj object)) throw new Wrong(place + name + " is a list of objects");
                    return of(object, place + name + ".", known);
                })
                .toList();
    }

    /** The objects of a list, each to be read by itself. */
    public List<Json.Obj> objects(String name) {
        if (!has(name)) throw missing(name);
        return items(name).stream()
                .map(item -> {
                    if (!(item instanceof Json.Obj object)) throw new Wrong(place + name + " is a list of objects");
                    return object;
                })
                .toList();
    }

    /** An object whose members have names of their own; each is read with the known ones. */
    public Map<String, Form> byName(String name, Set<String> known) {
        var found = new java.util.LinkedHashMap<String, Form>();
        if (!has(name)) return found;
        var members = object(name).members();
        if (members.size() > ITEMS_MAX) throw new Wrong(place + name + " has more than " + ITEMS_MAX + " members");
        members.forEach((key, value) -> {
            if (!(value instanceof Json.Obj object))
                throw new Wrong(place + name + "." + Visible.text(key, 60) + " is an object");
            found.put(key, of(object, place + name + "." + Visible.text(key, 60) + ".", known));
        });
        return found;
    }

    /** An object whose members have names of their own, and texts as values; an absent member is an empty one. */
    public Map<String, String> textsByName(String name) {
        var found = new java.util.LinkedHashMap<String, String>();
        if (!has(name)) return found;
        var members = object(name).members();
        if (members.size() > ITEMS_MAX) throw new Wrong(place + name + " has more than " + ITEMS_MAX + " members");
        members.forEach((key, value) -> found.put(key, string(value, name + "." + Visible.text(key, 60))));
        return found;
    }

    private List<Json> items(String name) {
        if (!has(name)) return List.of();
        var items = json.array(name)
                .orElseThrow(() -> new Wrong(place + name + " is a list"))
                .items();
        if (items.size() > ITEMS_MAX) throw new Wrong(place + name + " has more than " + ITEMS_MAX + " entries");
        return items;
    }

    private Optional<Json> member(String name) {
        return json.get(name);
    }

    private String string(Json value, String name) {
        if (!(value instanceof Json.Str(var text))) throw new Wrong(place + name + " is text");
        if (text.length() > CHARS_MAX) throw new Wrong(place + name + " is longer than " + CHARS_MAX + " characters");
        return text;
    }

    private Name named(String text, String member) {
        try {
            return new Name(text);
        } catch (IllegalArgumentException e) {
            throw new Wrong(place + member + ": " + e.getMessage());
        }
    }

    private Wrong missing(String name) {
        return new Wrong(place + name + " is missing");
    }
}
