package dev.writ.registry;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A server's answer to {@code tools/list} taken apart: what can be compared, what is ambiguous, what is refused. Built
 * once, outside every lock; what is known already is taken into account by {@link #against}.
 *
 * @param ambiguous names that were given twice
 * @param comparable false when the list is longer than we compare: then nothing of it is believed
 */
record ToolList(
        Map<ToolName, Definition> definitions, Set<ToolName> ambiguous, List<RefusedTool> refused, boolean comparable) {
    static final int TOOLS_MAX = 1_000;
    static final int REFUSED_MAX = 100;
    private static final int SHOWN_CHARS_MAX = 200;

    static ToolList of(List<Json> answer) {
        if (answer.size() > TOOLS_MAX)
            return new ToolList(
                    Map.of(),
                    Set.of(),
                    List.of(new RefusedTool("(all)", "the server lists more than " + TOOLS_MAX + " tools")),
                    false);
        var definitions = new LinkedHashMap<ToolName, Definition>();
        var ambiguous = new HashSet<ToolName>();
        var refused = new ArrayList<RefusedTool>();
        for (var item : answer) {
            var fault = fault(item);
            if (fault.isPresent()) {
                refused.add(fault.get());
                continue;
            }
            var object = (Json.Obj) item;
            var name = new ToolName(object.string("name").orElse(""));
            if (definitions.put(name, Definition.of(object)) != null) ambiguous.add(name);
        }
        for (var name : ambiguous) {
            definitions.remove(name);
            refused.add(new RefusedTool(name.text(), "the server lists this name twice"));
        }
        return new ToolList(definitions, ambiguous, refused, true);
    }

    /** This list without names that look like another one; a name that is known already keeps its place. */
    ToolList against(Set<ToolName> known) {
        var taken = new HashMap<String, Set<ToolName>>();
        for (var name : known)
            taken.computeIfAbsent(name.folded(), _ -> new HashSet<>()).add(name);
        var fresh = new HashMap<String, Integer>();
        for (var name : definitions.keySet()) if (!known.contains(name)) fresh.merge(name.folded(), 1, Integer::sum);
        var kept = new LinkedHashMap<ToolName, Definition>();
        var more = new ArrayList<>(refused);
        int room = Tools.KNOWN_MAX - known.size();
        for (var entry : definitions.entrySet()) {
            var name = entry.getKey();
            if (known.contains(name)) {
                kept.put(name, entry.getValue());
            } else if (taken.containsKey(name.folded()) || fresh.getOrDefault(name.folded(), 0) > 1) {
                more.add(new RefusedTool(name.text(), "the name differs from another one only in case"));
            } else if (room-- <= 0) {
                more.add(new RefusedTool(name.text(), "the server has named more than " + Tools.KNOWN_MAX + " tools"));
            } else {
                kept.put(name, entry.getValue());
            }
        }
        return new ToolList(kept, ambiguous, more.subList(0, Math.min(more.size(), REFUSED_MAX)), comparable);
    }

    private static Optional<RefusedTool> fault(Json item) {
        if (!(item instanceof Json.Obj definition))
            return Optional.of(new RefusedTool("(no name)", "the definition is not an object"));
        var name = definition.string("name");
        if (name.isEmpty()) return Optional.of(new RefusedTool("(no name)", "the definition has no name"));
        var shown = Visible.text(name.get(), SHOWN_CHARS_MAX);
        if (!ToolName.valid(name.get()))
            return Optional.of(new RefusedTool(shown, "a tool's name has 1 to 128 characters of A-Z a-z 0-9 _ . -"));
        if (definition.object("inputSchema").isEmpty())
            return Optional.of(new RefusedTool(shown, "the definition has no input schema"));
        if (Canonical.bytes(definition).length > Definition.BYTES_MAX)
            return Optional.of(
                    new RefusedTool(shown, "the definition is longer than " + Definition.BYTES_MAX + " bytes"));
        return Optional.empty();
    }
}
