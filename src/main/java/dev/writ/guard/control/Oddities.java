package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import dev.writ.registry.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a person should look at before approving a tool's definition: hidden characters, and words that speak to the
 * model instead of telling what the tool does. It is a help for the eye; what is not found here may still be poison.
 */
final class Oddities {
    private static final int DESCRIPTION_CHARS_MAX = 4_000;
    private static final int SHOWN_CHARS_MAX = 8_000;
    private static final List<String> SPEAKING_TO_THE_MODEL = List.of(
            "ignore previous",
            "ignore all previous",
            "ignore the above",
            "<important>",
            "<system>",
            "do not tell",
            "don't tell",
            "do not mention",
            "without telling",
            "before using this tool",
            "before calling this tool",
            "you must call",
            "instead of",
            "system prompt",
            "~/.ssh",
            "id_rsa",
            ".env");

    private Oddities() {}

    static List<String> of(Definition definition) {
        var findings = new ArrayList<String>();
        look(definition.json(), "", findings);
        if (definition.description().length() > DESCRIPTION_CHARS_MAX)
            findings.add("the description has more than " + DESCRIPTION_CHARS_MAX + " characters");
        var annotations = definition.json().object("annotations").orElse(Json.Obj.EMPTY);
        if (annotations.bool("readOnlyHint").equals(Optional.of(true)))
            findings.add("the server says that it only reads; that is a claim, judge for yourself");
        return findings.stream().distinct().limit(50).toList();
    }

    /** Text of a server, safe to show. */
    static String shown(String text) {
        return Visible.text(text, SHOWN_CHARS_MAX);
    }

    private static void look(Json value, String place, List<String> findings) {
        switch (value) {
            case Json.Str(var text) -> look(text, place, findings);
            case Json.Arr(var items) -> items.forEach(item -> look(item, place, findings));
            case Json.Obj(var members) ->
                members.forEach((name, member) -> {
                    look(name, place + " (a name)", findings);
                    look(member, place.isEmpty() ? Visible.text(name, 60) : place, findings);
                });
            case Json.Null _, Json.Bool _, Json.Num _ -> {}
        }
    }

    private static void look(String text, String place, List<String> findings) {
        if (text.codePoints().anyMatch(c -> c != '\n' && c != '\t' && c != '\r' && Visible.hidden(c)))
            findings.add("hidden characters in " + place);
        var lower = text.toLowerCase(Locale.ROOT);
        for (var phrase : SPEAKING_TO_THE_MODEL)
            if (lower.contains(phrase)) findings.add("speaks to the model in " + place + ": \"" + phrase + "\"");
    }
}
