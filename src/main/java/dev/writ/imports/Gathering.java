package dev.writ.imports;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What both formats do alike while a file is read: names, warnings, addresses, commands, secrets. */
final class Gathering {
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(api[_-]?key|token|secret|passw|credential|access[_-]?key|auth).*");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final String file;
    private final Variables variables;
    private final Names names = new Names();
    private final List<Imported.Server> servers = new ArrayList<>();
    private final List<Imported.Warning> warnings = new ArrayList<>();

    Gathering(String file, Variables variables) {
        this.file = file;
        this.variables = variables;
    }

    Imported done(Imported.Format format) {
        return new Imported(file, format, servers, warnings, variables.read());
    }

    void warn(Place place, String text) {
        warnings.add(new Imported.Warning(place.path(), dev.writ.base.Visible.text(text, 400)));
    }

    Name name(Place place, String given) {
        var name = names.server(place, given);
        if (!name.text().equals(given)) warn(place, "the name \"" + given + "\" becomes " + name);
        return name;
    }

    void add(Name name, Json.Obj transport, List<Imported.Lifted> secrets) {
        servers.add(new Imported.Server(name, transport, secrets));
    }

    /** The text with its variables filled in; empty, with a warning, when one has no value. */
    Optional<String> filled(Place place) {
        var expanded = variables.expand(place.line());
        if (expanded.unresolved().isEmpty()) return Optional.of(checked(place, expanded.text()));
        warn(
                place,
                "left out: " + String.join(", ", expanded.unresolved())
                        + " has no value; set it in the environment and import again");
        return Optional.empty();
    }

    Optional<Json.Obj> http(Place url) {
        return filled(url).map(text -> {
            checkAddress(url, text);
            return Json.object().put("kind", "http").put("url", text).build();
        });
    }

    /** A command as a list of words. Nothing in them is taken for a shell's. */
    Optional<Json.Obj> stdio(
            Place command, List<Place> arguments, Iterable<String> environment, Optional<String> directory) {
        var words = new ArrayList<String>();
        var program = filled(command);
        for (var argument : arguments) {
            var word = filled(argument);
            if (word.isEmpty()) return Optional.empty();
            words.add(word.get());
        }
        if (program.isEmpty()) return Optional.empty();
        if (program.get().isBlank()) throw command.wrong("is empty", "name the program to start.");
        return Optional.of(stdio(command, program.get(), words, environment, directory));
    }

    Json.Obj stdio(
            Place at, String program, List<String> words, Iterable<String> environment, Optional<String> directory) {
        if (program.strip().contains(" "))
            warn(at, "the command has a space and is taken as the name of one program; no shell splits it");
        for (var word : words)
            if (word.contains("=")
                    && SECRET_NAME.matcher(word.substring(0, word.indexOf('='))).matches())
                warn(at, "an argument looks like a secret; arguments are shown in clear, use a variable instead");
        return Json.object()
                .put("kind", "stdio")
                .put("command", program)
                .put("arguments", words)
                .put("environment", sorted(environment))
                .put("directory", directory)
                .build();
    }

    /** Takes the value of a header or variable for the vault, whole, whether it looks secret or not. */
    Imported.Lifted lift(Name server, Place place, String header, Optional<String> written) {
        var expanded = written.map(variables::expand);
        boolean known = expanded.isPresent() && expanded.get().unresolved().isEmpty();
        var name = names.secret(server, header);
        if (!known)
            warn(
                    place,
                    "has no value here ("
                            + expanded.map(e -> String.join(", ", e.unresolved()))
                                    .orElse("to be filled in") + "): put the whole value of " + header
                            + " with: writ secret put " + name);
        return new Imported.Lifted(
                name, header, known ? expanded.map(e -> Secret.of(e.text())) : Optional.empty(), place.path());
    }

    static void checkHeader(Place place, String name) {
        if (!HEADER.matcher(name).matches())
            throw place.wrong("is not the name of a header", "use A-Z a-z 0-9 _ - only.");
    }

    static void checkVariable(Place place, String name) {
        if (!VARIABLE.matcher(name).matches())
            throw place.wrong("is not the name of a variable", "use A-Z a-z 0-9 _ only, not beginning with a digit.");
    }

    /** Says once which members of an entry were not taken. */
    void ignored(Place entry, Map<String, String> told, Set<String> known) {
        var others = new TreeSet<String>();
        for (var member : entry.members().keySet()) {
            if (known.contains(member)) continue;
            var text = told.get(member);
            if (text == null) others.add(member);
            else warn(entry, member + ": " + text);
        }
        if (!others.isEmpty()) warn(entry, "not taken over: " + String.join(", ", others));
    }

    private void checkAddress(Place place, String text) {
        try {
            var uri = new URI(text);
            var scheme = uri.getScheme() == null ? "" : uri.getScheme();
            if (!(scheme.equals("https") || scheme.equals("http")) || uri.getHost() == null)
                throw place.wrong("is not an http or https address", "write it as https://host/path.");
            if (uri.getRawUserInfo() != null)
                throw place.wrong(
                        "has user information before the host", "move it into an Authorization header of the entry.");
            if (uri.getRawFragment() != null) throw place.wrong("has a fragment", "cut it at the #.");
            if (uri.getRawQuery() != null
                    && SECRET_NAME.matcher(uri.getRawQuery()).matches())
                warn(place, "the address carries what looks like a secret; addresses are shown in clear");
        } catch (URISyntaxException e) {
            throw place.wrong("is not an address", "write it as https://host/path.");
        }
    }

    private static String checked(Place place, String text) {
        return new Place(place.file(), place.path(), Json.of(text)).line();
    }

    private static Set<String> sorted(Iterable<String> texts) {
        var all = new TreeSet<String>();
        texts.forEach(all::add);
        return all;
    }
}
