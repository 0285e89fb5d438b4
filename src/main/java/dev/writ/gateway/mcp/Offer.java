package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a client offers to do for a server, of what we can pass on: sampling, elicitation, roots (MCP 2025-11-25, client
 * features). A server is told exactly this, and asks for nothing else.
 *
 * @param capabilities the members of the client's own declaration that we know
 */
record Offer(Json.Obj capabilities) {
    static final Offer NOTHING = new Offer(Json.Obj.EMPTY);

    private static final int URL_CHARS_MAX = 2_048;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /** Names that a form must not ask for: what is typed there passes the agent (client/elicitation, security). */
    private static final List<String> SECRETS = List.of(
            "password",
            "passwd",
            "passphrase",
            "secret",
            "apikey",
            "accesstoken",
            "privatekey",
            "credential",
            "creditcard");

    static Offer of(Json.Obj declared) {
        var offer = Json.object();
        declared.object("sampling").ifPresent(sampling -> offer.put("sampling", only(sampling, "tools", "context")));
        declared.object("elicitation").ifPresent(asked -> offer.put("elicitation", only(asked, "form", "url")));
        declared.object("roots").ifPresent(roots -> {
            var kept = Json.object();
            roots.bool("listChanged").ifPresent(changed -> kept.put("listChanged", changed));
            offer.put("roots", kept.build());
        });
        return new Offer(offer.build());
    }

    private static Json.Obj only(Json.Obj declared, String... known) {
        var kept = Json.object();
        for (var name : known) declared.object(name).ifPresent(_ -> kept.put(name, Json.Obj.EMPTY));
        return kept.build();
    }

    boolean rootsChange() {
        return capabilities
                .object("roots")
                .flatMap(roots -> roots.bool("listChanged"))
                .orElse(false);
    }

    /** Why a server's request cannot be put to this client, whoever would permit it. */
    Optional<String> objection(String method, Json.Obj params) {
        return switch (method) {
            case "roots/list" -> lacks("roots");
            case "sampling/createMessage" -> lacks("sampling").or(() -> toSampling(params));
            case "elicitation/create" -> lacks("elicitation").or(() -> toElicitation(params));
            default -> Optional.of("there is no such request");
        };
    }

    private Optional<String> lacks(String capability) {
        return capabilities.object(capability).isPresent()
                ? Optional.empty()
                : Optional.of("the client did not offer " + capability);
    }

    private Optional<String> toSampling(Json.Obj params) {
        var sampling = capabilities.object("sampling").orElseThrow();
        if (params.array("messages").isEmpty()) return Optional.of("sampling has messages");
        if ((params.get("tools").isPresent() || params.get("toolChoice").isPresent())
                && sampling.get("tools").isEmpty()) return Optional.of("the client did not offer sampling with tools");
        return switch (params.string("includeContext").orElse("none")) {
            case "none" -> Optional.empty();
            case "thisServer" ->
                sampling.get("context").isPresent()
                        ? Optional.empty()
                        : Optional.of("the client did not offer sampling with context");
            // What other servers said is not this server's to read.
            default -> Optional.of("context of other servers is not given");
        };
    }

    private Optional<String> toElicitation(Json.Obj params) {
        var offered = capabilities.object("elicitation").orElseThrow();
        if (params.string("message").isEmpty()) return Optional.of("elicitation has a message");
        return switch (params.string("mode").orElse("form")) {
            // An empty offer means forms alone (client/elicitation, capabilities).
            case "form" ->
                offered.get("form").isPresent() || offered.get("url").isEmpty()
                        ? toForm(params)
                        : Optional.of("the client did not offer forms");
            case "url" ->
                offered.get("url").isPresent() ? toUrl(params) : Optional.of("the client did not offer to open URLs");
            default -> Optional.of("elicitation is by form or url");
        };
    }

    private static Optional<String> toForm(Json.Obj params) {
        var fields = params.object("requestedSchema").flatMap(schema -> schema.object("properties"));
        if (fields.isEmpty()) return Optional.of("a form has a schema with properties");
        for (var name : fields.get().members().keySet()) {
            var plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
            if (SECRETS.stream().anyMatch(plain::contains)) return Optional.of("a form must not ask for secrets");
        }
        return Optional.empty();
    }

    private static Optional<String> toUrl(Json.Obj params) {
        if (params.string("elicitationId").isEmpty()) return Optional.of("elicitation by url has an id");
        return params.string("url").filter(Offer::harmless).isPresent()
                ? Optional.empty()
                : Optional.of("the URL is not https, or http on this machine");
    }

    /** https anywhere, http on this machine alone; nothing that shows one host and leads to another. */
    private static boolean harmless(String text) {
        if (text.length() > URL_CHARS_MAX || text.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '\\'))
            return false;
        try {
            var url = new URI(text);
            if (url.getHost() == null || url.getRawUserInfo() != null) return false;
            return "https".equalsIgnoreCase(url.getScheme())
                    || ("http".equalsIgnoreCase(url.getScheme())
                            && LOOPBACK.contains(url.getHost().toLowerCase(Locale.ROOT)));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Why a client's answer is none to what was asked. */
    static Optional<String> mismatch(String method, Json.Obj body) {
        if (body.get("error").isPresent())
            return body.object("error")
                            .filter(error -> error.integer("code").isPresent()
                                    && error.string("message").isPresent())
                            .isPresent()
                    ? Optional.empty()
                    : Optional.of("an error has a code and a message");
        var result = body.object("result");
        if (result.isEmpty()) return Optional.of("a result is an object");
        boolean fits =
                switch (method) {
                    case "sampling/createMessage" ->
                        result.get().string("role").isPresent()
                                && result.get().get("content").isPresent()
                                && result.get().string("model").isPresent();
                    case "elicitation/create" ->
                        result.get()
                                        .string("action")
                                        .filter(Set.of("accept", "decline", "cancel")::contains)
                                        .isPresent()
                                && (result.get().get("content").isEmpty()
                                        || result.get().object("content").isPresent());
                    default ->
                        result.get().array("roots").map(Json.Arr::items).orElse(List.of(Json.Null.VALUE)).stream()
                                .allMatch(root -> root instanceof Json.Obj one
                                        && one.string("uri")
                                                .filter(uri -> uri.startsWith("file://"))
                                                .isPresent());
                };
        return fits ? Optional.empty() : Optional.of("the result is none of " + method);
    }
}
