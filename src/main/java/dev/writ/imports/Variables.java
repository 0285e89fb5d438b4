package dev.writ.imports;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${VAR}}, {@code ${env:VAR}} and {@code ${VAR:-default}} by values of the environment, once: what a
 * value contains is not looked at again. {@code ${input:x}} is a question to a person and never resolved here.
 */
final class Variables {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^{}]{0,200})}");
    private static final Pattern NAMED = Pattern.compile("(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?");

    private final Function<String, Optional<String>> environment;
    private final Set<String> read = new LinkedHashSet<>();

    Variables(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    /** @param unresolved the references that have no value, as written */
    record Expanded(String text, List<String> unresolved) {}

    Expanded expand(String text) {
        var unresolved = new ArrayList<String>();
        var expanded = REFERENCE.matcher(text).replaceAll(reference -> {
            var value = value(reference.group(1));
            if (value.isEmpty()) unresolved.add(reference.group());
            return Matcher.quoteReplacement(value.orElse(reference.group()));
        });
        return new Expanded(expanded, List.copyOf(unresolved));
    }

    /** The names of the variables whose values were used so far. */
    List<String> read() {
        return List.copyOf(read);
    }

    private Optional<String> value(String reference) {
        var named = NAMED.matcher(reference);
        if (!named.matches()) return Optional.empty();
        var name = named.group(1);
        var value = environment.apply(name);
        if (value.isPresent()) read.add(name);
        return value.or(() -> Optional.ofNullable(named.group(2)));
    }
}
