package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A company's OpenID Connect provider, as administrators trust it.
 *
 * @param issuer compared letter by letter with what tokens say
 * @param secret the name of the client's secret in the vault; nothing for a public client
 * @param domains those of e-mail addresses that it may speak for, verified ones alone; none for all
 * @param claims what a token must say besides, by claim
 * @param groupsClaim the claim that holds what {@code groups} maps
 * @param groups the provider's group to ours; it gives and takes membership of these alone
 * @param enrols whether whoever it knows and we do not becomes a person here
 * @param owner the administrator in whose name it is asked; when that person goes, it is not
 */
public record Provider(
        Name tenant,
        Name name,
        String issuer,
        String clientId,
        Optional<Name> secret,
        Set<String> domains,
        Map<String, String> claims,
        String groupsClaim,
        Map<String, Name> groups,
        boolean enrols,
        Id owner) {
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9.-]{1,189}");

    public Provider {
        domains = Set.copyOf(domains);
        claims = Map.copyOf(claims);
        groups = Map.copyOf(groups);
        if (!usable(issuer)) throw new IllegalArgumentException("an issuer is an https URL, without query");
        Visible.line("a client's id", clientId, 255);
        for (var domain : domains)
            if (!DOMAIN.matcher(domain).matches())
                throw new IllegalArgumentException("not a domain in lower case: " + Visible.text(domain, 80));
        if (groups.size() > 200 || claims.size() > 20 || domains.size() > 100)
            throw new IllegalArgumentException("at most 200 groups, 20 claims and 100 domains");
        for (var group : groups.values())
            if (group.text().equals("role-admin"))
                throw new IllegalArgumentException(
                        "a provider makes nobody an administrator: that takes two administrators here");
    }

    /** Whether a URL may be asked: over TLS, or without it on this machine. */
    public static boolean usable(String url) {
        try {
            var uri = URI.create(url);
            var host = uri.getHost();
            if (host == null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || uri.getRawUserInfo() != null) return false;
            boolean here = Set.of("localhost", "127.0.0.1", "[::1]").contains(host.toLowerCase(Locale.ROOT));
            return url.length() <= 500 && ("https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && here));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Where it describes itself (OpenID Connect Discovery 1.0 §4). */
    public String discovery() {
        return (issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer)
                + "/.well-known/openid-configuration";
    }

    /** As records and the database hold it. */
    public Json.Obj json() {
        var mapped = Json.object();
        new TreeMap<>(groups).forEach((theirs, ours) -> mapped.put(theirs, ours.text()));
        var required = Json.object();
        new TreeMap<>(claims).forEach(required::put);
        return Json.object()
                .put("provider", name.text())
                .put("issuer", issuer)
                .put("clientId", clientId)
                .put("secret", secret.map(Name::text))
                .put("domains", new TreeSet<>(domains).stream().toList())
                .put("claims", required.build())
                .put("groupsClaim", groupsClaim)
                .put("groups", mapped.build())
                .put("enrols", enrols)
                .put("owner", owner.text())
                .build();
    }

    public static Provider of(Name tenant, Json.Obj json) {
        var groups = new TreeMap<String, Name>();
        json.object("groups")
                .orElse(Json.Obj.EMPTY)
                .members()
                .forEach((theirs, ours) -> groups.put(theirs, new Name(((Json.Str) ours).value())));
        var claims = new TreeMap<String, String>();
        json.object("claims")
                .orElse(Json.Obj.EMPTY)
                .members()
                .forEach((claim, value) -> claims.put(claim, ((Json.Str) value).value()));
        return new Provider(
                tenant,
                new Name(json.string("provider").orElseThrow()),
                json.string("issuer").orElseThrow(),
                json.string("clientId").orElseThrow(),
                json.string("secret").map(Name::new),
                Set.copyOf(json.strings("domains")),
                claims,
                json.string("groupsClaim").orElse("groups"),
                groups,
                json.bool("enrols").orElse(false),
                new Id(json.string("owner").orElseThrow()));
    }
}
