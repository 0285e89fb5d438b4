package dev.writ.registry;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** How a server is reached. */
public sealed interface Transport {
    /** Streamable HTTP at an absolute http or https address without user information or fragment. */
    record Http(URI url) implements Transport {
        public Http {
            var scheme = url.getScheme();
            if (!("https".equals(scheme) || "http".equals(scheme))
                    || url.getHost() == null
                    || url.getUserInfo() != null
                    || url.getFragment() != null
                    || url.toString().length() > 2_000)
                throw new IllegalArgumentException(
                        "an address is http or https with a host and without user information: "
                                + Visible.text(url.toString(), 80));
        }
    }

    /**
     * A process of ours that speaks over its standard streams.
     *
     * @param environment names of the variables that it receives; values stand in the vault or come from settings
     */
    record Stdio(String command, List<String> arguments, Set<String> environment, Optional<String> directory)
            implements Transport {
        private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

        public Stdio {
            plain("a command", command);
            if (command.isBlank()) throw new IllegalArgumentException("a command is not empty");
            arguments = List.copyOf(arguments);
            if (arguments.size() > 200) throw new IllegalArgumentException("more than 200 arguments");
            for (var argument : arguments) plain("an argument", argument);
            environment = Set.copyOf(environment);
            for (var name : environment)
                if (!VARIABLE.matcher(name).matches())
                    throw new IllegalArgumentException("not a variable's name: " + Visible.text(name, 80));
            directory.ifPresent(path -> plain("a directory", path));
        }

        private static void plain(String what, String text) {
            if (text.length() > 4_000 || text.codePoints().anyMatch(Visible::hidden))
                throw new IllegalArgumentException(
                        what + " is too long or has hidden characters: " + Visible.text(text, 80));
        }
    }

    /** Names the endpoint or command in records: it changes when anything of the transport changes. */
    default Digest digest() {
        return Canonical.digest(json());
    }

    default Json.Obj json() {
        return switch (this) {
            case Http(var url) ->
                Json.object().put("kind", "http").put("url", url.toString()).build();
            case Stdio(var command, var arguments, var environment, var directory) ->
                Json.object()
                        .put("kind", "stdio")
                        .put("command", command)
                        .put("arguments", arguments)
                        .put("environment", new TreeSet<>(environment))
                        .put("directory", directory)
                        .build();
        };
    }

    /** Reads what {@link #json} wrote. */
    public static Transport of(Json.Obj json) {
        return switch (json.string("kind").orElse("")) {
            case "http" -> new Http(URI.create(json.string("url").orElse("")));
            case "stdio" ->
                new Stdio(
                        json.string("command").orElse(""),
                        json.strings("arguments"),
                        Set.copyOf(json.strings("environment")),
                        json.string("directory"));
            default -> throw new IllegalArgumentException("unknown kind of transport");
        };
    }
}
