package dev.writ.imports;

import dev.writ.base.Json;
import dev.writ.base.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The MCP registry's server.json: schema 2025-12-11, and the older ones whose members are snake_case. A remote address
 * is preferred to a package, which would run here.
 */
final class ServerJson {
    private static final Pattern TEMPLATE = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_.-]*)}");
    private static final Set<String> SNAKES = Set.of(
            "registry_type",
            "registry_base_url",
            "package_arguments",
            "runtime_arguments",
            "runtime_hint",
            "environment_variables",
            "value_hint",
            "is_required",
            "is_secret",
            "is_repeated",
            "transport_type");

    private final Gathering gathered;

    ServerJson(Gathering gathered) {
        this.gathered = gathered;
    }

    Imported read(Place written) {
        var root = new Place(written.file(), written.path(), camelCase(written.value()));
        var given = root.required("name").line();
        var name = gathered.name(root, given.substring(given.lastIndexOf('/') + 1));
        var remotes = root.member("remotes").map(Place::items).orElse(List.of());
        var packages = root.member("packages").map(Place::items).orElse(List.of());
        if (remotes.stream().noneMatch(r -> remote(name, r))) {
            for (var remote : remotes) gathered.warn(remote, "not taken over: no streamable HTTP address");
            if (packages.stream().noneMatch(p -> packaged(name, p)) && packages.isEmpty() && remotes.isEmpty())
                throw root.wrong("has no package and no remote", "ask its author for a complete server.json.");
        } else if (!packages.isEmpty()) {
            gathered.warn(root, "its packages are not taken over: the server is reached at its remote address");
        }
        return gathered.done(Imported.Format.SERVER_JSON);
    }

    private boolean remote(Name name, Place remote) {
        var type = remote.member("type")
                .or(() -> remote.member("transportType"))
                .map(Place::line)
                .orElse("");
        if (!Set.of("streamable-http", "streamable", "http").contains(type)) return false;
        var url = remote.required("url");
        var address = filled(remote, url);
        if (address.isEmpty()) return true; // said already; a package would be another server
        var transport = gathered.http(new Place(url.file(), url.path(), Json.of(address.get())));
        if (transport.isEmpty()) return true;
        var secrets = new ArrayList<Imported.Lifted>();
        for (var header : remote.member("headers").map(Place::items).orElse(List.of()))
            secret(name, header, Gathering::checkHeader).ifPresent(secrets::add);
        gathered.add(name, transport.get(), secrets);
        return true;
    }

    private boolean packaged(Name name, Place item) {
        var transport = item.member("transport")
                .flatMap(t -> t.member("type"))
                .map(Place::line)
                .orElse("stdio");
        if (!transport.equals("stdio")) {
            gathered.warn(
                    item,
                    "not taken over: a package that is reached over " + transport + "; start it yourself and"
                            + " register its address with writ server add");
            return false;
        }
        var secrets = new ArrayList<Imported.Lifted>();
        for (var variable :
                item.member("environmentVariables").map(Place::items).orElse(List.of()))
            secret(name, variable, Gathering::checkVariable).ifPresent(secrets::add);
        var variables = secrets.stream().map(Imported.Lifted::header).toList();
        var words = words(item, variables);
        if (words.isEmpty()) return false;
        var all = words.get();
        gathered.add(
                name,
                gathered.stdio(item, all.getFirst(), all.subList(1, all.size()), variables, Optional.empty()),
                secrets);
        return true;
    }

    /** The program that runs a package of this kind, its own arguments, the package, the package's arguments. */
    private Optional<List<String>> words(Place item, List<String> variables) {
        var type = item.required("registryType").line();
        var identifier = item.required("identifier").line();
        var version = item.member("version").map(Place::line).filter(v -> !v.equals("latest"));
        if (version.isEmpty() && !identifier.contains(":") && !identifier.contains("@sha256"))
            gathered.warn(item, "has no fixed version: what runs may change without notice");
        var words = new ArrayList<String>();
        switch (type) {
            case "npm" -> words.addAll(List.of("npx", "-y"));
            case "pypi" -> words.add("uvx");
            case "oci" -> {
                words.addAll(List.of("docker", "run", "-i", "--rm"));
                for (var variable : variables) words.addAll(List.of("-e", variable));
            }
            case "nuget" -> words.add("dnx");
            default -> {
                gathered.warn(item, "left out: packages of the kind " + type + " are not supported");
                return Optional.empty();
            }
        }
        if (!arguments(item, "runtimeArguments", words)) return Optional.empty();
        if (identifier.startsWith("-")) throw item.wrong("has an identifier that begins with -", "ask its author.");
        words.add(identifier + version.map(v -> separator(type, identifier) + v).orElse(""));
        if (type.equals("nuget")) words.add("--yes");
        return arguments(item, "packageArguments", words) ? Optional.of(words) : Optional.empty();
    }

    private static String separator(String type, String identifier) {
        return switch (type) {
            case "pypi" -> "==";
            case "oci" -> identifier.contains("@") ? "@" : ":";
            default -> "@";
        };
    }

    /** Adds the arguments; false, with a warning, when one that is required has no value. */
    private boolean arguments(Place item, String member, List<String> words) {
        for (var argument : item.member(member).map(Place::items).orElse(List.of())) {
            boolean named = argument.member("type")
                    .map(Place::line)
                    .orElse("positional")
                    .equals("named");
            var given = given(argument);
            var value = given.isEmpty() ? Optional.<String>empty() : filled(argument, given.get());
            boolean required =
                    argument.member("isRequired").filter(Place::isTrue).isPresent();
            if (value.isEmpty() && (required || given.isPresent())) {
                gathered.warn(
                        argument,
                        "the server is left out: this argument has no value; register it with writ server add, with"
                                + " the value");
                return false;
            }
            if (named && (value.isPresent() || required))
                words.add(argument.required("name").line());
            value.ifPresent(words::add);
        }
        return true;
    }

    private interface NameCheck {
        void check(Place place, String name);
    }

    /** The secret for a header or variable; empty for an optional one without a value. */
    private Optional<Imported.Lifted> secret(Name server, Place place, NameCheck check) {
        var header = place.required("name").line();
        check.check(place, header);
        var given = given(place);
        var value = given.filter(v -> unfilled(place, v.string()).isEmpty()).flatMap(v -> filled(place, v));
        boolean wanted = place.member("isRequired").filter(Place::isTrue).isPresent()
                || place.member("isSecret").filter(Place::isTrue).isPresent();
        if (value.isEmpty() && given.isEmpty() && !wanted) return Optional.empty();
        return Optional.of(gathered.lift(server, place, header, value));
    }

    private static Optional<Place> given(Place place) {
        return place.member("value").or(() -> place.member("default"));
    }

    /** The text with its {@code {variables}} replaced by their value or default. */
    private Optional<String> filled(Place owner, Place text) {
        var missing = unfilled(owner, text.line());
        if (!missing.isEmpty()) {
            gathered.warn(text, "{" + String.join("}, {", missing) + "} has no value");
            return Optional.empty();
        }
        return Optional.of(TEMPLATE.matcher(text.line())
                .replaceAll(m ->
                        Matcher.quoteReplacement(variable(owner, m.group(1)).orElse(""))));
    }

    private static List<String> unfilled(Place owner, String text) {
        return TEMPLATE.matcher(text)
                .results()
                .map(m -> m.group(1))
                .filter(name -> variable(owner, name).isEmpty())
                .toList();
    }

    private static Optional<String> variable(Place owner, String name) {
        return owner.member("variables")
                .flatMap(v -> v.member(name))
                .flatMap(ServerJson::given)
                .map(Place::line);
    }

    private static Json camelCase(Json value) {
        return switch (value) {
            case Json.Obj(var members) -> {
                var renamed = new LinkedHashMap<String, Json>();
                for (Map.Entry<String, Json> member : members.entrySet())
                    renamed.putIfAbsent(camelCase(member.getKey()), camelCase(member.getValue()));
                yield new Json.Obj(renamed);
            }
            case Json.Arr(var items) ->
                new Json.Arr(items.stream().map(ServerJson::camelCase).toList());
            default -> value;
        };
    }

    private static String camelCase(String name) {
        if (!SNAKES.contains(name)) return name;
        return Pattern.compile("_([a-z])").matcher(name).replaceAll(m -> m.group(1)
                .toUpperCase(java.util.Locale.ROOT));
    }
}
