package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.guard.Entrance.Entered;
import dev.writ.identity.IdTokens;
import dev.writ.identity.Identity;
import dev.writ.identity.Provider;
import dev.writ.identity.Providers;
import dev.writ.registry.Group;
import dev.writ.registry.Outcome.Done;
import dev.writ.registry.Outcome.Unsaved;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.store.StoreError;
import dev.writ.vault.Keeping;
import dev.writ.vault.Vault;
import dev.writ.vault.VaultError;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The door for people whom the company's OpenID Connect provider knows: the code flow with PKCE, state and nonce, and what
 * the provider's words are worth here. A person is found by issuer and subject; groups follow the provider as far as an
 * administrator has mapped them. Whatever is wrong lets nobody in, leaves a record, and is a sentence for the person.
 */
public final class Company {
    private static final Duration KEPT = Duration.ofMinutes(10);
    /** A provider is not asked because of unknown keys more often than this, whatever key ids come. */
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final Guard guard;
    private final Entrance entrance;
    private final Identity identity;
    private final Registry registry;
    private final Vault vault;
    private final Concerned concerned;
    private final Ids ids;
    private final InstantSource clock;
    private final Map<Provider, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Instant> told = new ConcurrentHashMap<>();

    /** The parts that it works on. */
    public record Parts(Guard guard, Identity identity, Registry registry, Vault vault, Ids ids, InstantSource clock) {}

    public Company(Parts parts, Entrance entrance, Concerned concerned) {
        this.guard = parts.guard();
        this.entrance = entrance;
        this.identity = parts.identity();
        this.registry = parts.registry();
        this.vault = parts.vault();
        this.concerned = concerned;
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /** The way to the provider, under permits; {@code upstream} is it. */
    public interface Web {
        Heard get(Permit permit);

        /** @param basic what authenticates the client (RFC 6749 §2.3.1) */
        Heard post(Permit permit, String form, Optional<Secret> basic);
    }

    /** What a provider answered. */
    public sealed interface Heard {
        record Document(Json.Obj json) implements Heard {}

        record Nothing(String why) implements Heard {}
    }

    /** Where a browser is sent. */
    public sealed interface Going {
        record To(String url) implements Going {}

        record Nowhere(String why) implements Going {}
    }

    /**
     * What a provider says of itself, and its keys.
     *
     * @param again when it was last asked because of a key that was not among them
     */
    private record Known(Json.Obj discovery, Json.Obj keys, Instant at, Instant again) {}

    /** Stops a sign-in; the sentence is for the person. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stop(String why) {
            super(why, null, false, false);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    /** The names of the providers with which people can sign in. */
    public Set<Name> names(Name tenant) {
        return identity.providers().all(tenant).stream()
                .map(Provider::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Sends a browser to the provider (OIDC Core §3.1.2.1). */
    public Going begin(Web web, String callback, Name tenant, Name name, String guest, String back) {
        var provider = identity.providers().find(tenant, name);
        if (provider.isEmpty()) return new Going.Nowhere("there is no such provider");
        try {
            var about = about(web, provider.get(), false);
            var journey = identity.providers().begin(guest, provider.get(), back);
            var query = new LinkedHashMap<String, String>();
            query.put("response_type", "code");
            query.put("client_id", provider.get().clientId());
            query.put("redirect_uri", callback);
            query.put("scope", "openid email profile");
            query.put("state", journey.state() + "." + encoded(back.getBytes(StandardCharsets.UTF_8)));
            query.put("nonce", journey.nonce());
            query.put("code_challenge", sha256(journey.verifier()));
            query.put("code_challenge_method", "S256");
            var endpoint = endpoint(about.discovery(), "authorization_endpoint");
            return new Going.To(endpoint + (endpoint.contains("?") ? "&" : "?") + form(query));
        } catch (Stop stop) {
            refused(provider.get(), stop.why());
            return new Going.Nowhere(stop.why());
        }
    }

    /** What a browser brought back from a provider. */
    public record Brought(
            Optional<String> code, Optional<String> state, Optional<String> issuer, Optional<String> error) {}

    /** @param back where the person wanted to go */
    public record Arrived(Entered entered, String back) {}

    /** Lets in whom the provider has recognised. */
    public Arrived end(Web web, String callback, Name tenant, Name name, String guest, Brought brought) {
        var provider = identity.providers().find(tenant, name);
        if (provider.isEmpty()) return new Arrived(new Entered.Out("there is no such provider"), "");
        var back = back(brought.state().orElse(""));
        try {
            return new Arrived(entered(web, callback, provider.get(), guest, brought, back), back);
        } catch (Stop stop) {
            refused(provider.get(), stop.why());
            return new Arrived(new Entered.Out(stop.why()), back);
        } catch (StoreError e) {
            return new Arrived(new Entered.Out("the database does not answer now; try again in a moment"), back);
        }
    }

    private Entered entered(Web web, String callback, Provider provider, String guest, Brought brought, String back) {
        var state = brought.state().orElse("");
        int dot = state.indexOf('.');
        var journey = identity.providers()
                .end(dot < 0 ? state : state.substring(0, dot), guest, provider, back)
                .orElseThrow(() -> new Stop("this sign-in was not begun in this browser, or took too long"));
        var about = about(web, provider, false);
        checkIssuer(provider, about.discovery(), brought.issuer());
        if (brought.error().isPresent()) throw new Stop("the provider did not let you in");
        var code = brought.code().orElseThrow(() -> new Stop("the provider sent no code"));
        var token = redeemed(web, callback, provider, about.discovery(), code, journey);
        return enter(provider, claims(web, provider, about, token, journey));
    }

    /** RFC 9207 §2.4: letter by letter, and present where the provider says that it sends one. */
    private static void checkIssuer(Provider provider, Json.Obj discovery, Optional<String> issuer) {
        boolean promised =
                discovery.bool("authorization_response_iss_parameter_supported").orElse(false);
        if (issuer.isEmpty() ? promised : !issuer.get().equals(provider.issuer()))
            throw new Stop("the answer is of another issuer than the one that was asked");
    }

    private String redeemed(
            Web web, String callback, Provider provider, Json.Obj discovery, String code, Providers.Journey journey) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("grant_type", "authorization_code");
        fields.put("code", code);
        fields.put("redirect_uri", callback);
        fields.put("client_id", provider.clientId());
        fields.put("code_verifier", journey.verifier());
        var url = endpoint(discovery, "token_endpoint");
        var action = new Action.RedeemCode(
                url,
                Json.object()
                        .put("provider", provider.name().text())
                        .put("url", url)
                        .put("code", sha256(code))
                        .build());
        return switch (web.post(permitted(provider, action), form(fields), basic(provider))) {
            case Heard.Nothing _ ->
                throw new Stop("the company's provider does not confirm your sign-in now; try again in a moment");
            case Heard.Document(var json) ->
                json.string("id_token").orElseThrow(() -> new Stop("the provider's answer says nothing about you"));
        };
    }

    /** A key that is not known yet may be a new one: it is asked for once. */
    private com.nimbusds.jwt.JWTClaimsSet claims(
            Web web, Provider provider, Known about, String token, Providers.Journey journey) {
        var read = IdTokens.idToken(token, about.keys(), provider, journey.nonce(), clock.instant());
        if (read instanceof IdTokens.Read.OtherKey)
            read = IdTokens.idToken(
                    token, about(web, provider, true).keys(), provider, journey.nonce(), clock.instant());
        return switch (read) {
            case IdTokens.Read.Good(var claims) -> claims;
            case IdTokens.Read.OtherKey _ ->
                throw new Stop("the token is signed with a key that the provider does not have");
            case IdTokens.Read.Bad(var why) -> throw new Stop(why);
        };
    }

    /** The claims of a security event that a provider sent, after every check (RFC 8935 §2). */
    public IdTokens.Read event(Web web, Provider provider, String token) {
        try {
            var read = IdTokens.event(token, about(web, provider, false).keys(), provider, clock.instant());
            return read instanceof IdTokens.Read.OtherKey
                    ? IdTokens.event(token, about(web, provider, true).keys(), provider, clock.instant())
                    : read;
        } catch (Stop stop) {
            return new IdTokens.Read.Bad(stop.why());
        }
    }

    private Entered enter(Provider provider, com.nimbusds.jwt.JWTClaimsSet claims) {
        for (var wanted : provider.claims().entrySet())
            if (!IdTokens.texts(claims, wanted.getKey()).contains(wanted.getValue()))
                throw new Stop("the provider does not say of you what is asked for here");
        var email = IdTokens.text(claims, "email").orElse("");
        boolean verified = claims.getClaim("email_verified") instanceof Boolean yes && yes;
        var domain = email.substring(email.indexOf('@') + 1).toLowerCase(Locale.ROOT);
        if (!provider.domains().isEmpty() && !(verified && provider.domains().contains(domain)))
            throw new Stop("your e-mail address is not one that this provider may speak for here");
        var tenant = provider.tenant();
        var person = identity.providers()
                .person(tenant, provider.issuer(), claims.getSubject())
                .orElseGet(() -> enrolled(provider, claims, email, verified));
        if (registry.snapshot(tenant).person(person).filter(Person::active).isPresent())
            grouped(provider, person, Set.copyOf(IdTokens.texts(claims, provider.groupsClaim())));
        return entrance.enter(new Caller.OfPerson(tenant, person, "session"), "provider:" + provider.name());
    }

    /** An unknown subject becomes a new person, never one that is here already: an address proves nothing. */
    private Id enrolled(Provider provider, com.nimbusds.jwt.JWTClaimsSet claims, String email, boolean verified) {
        if (!provider.enrols())
            throw new Stop("the provider knows you, but nobody has enrolled you here; ask an administrator");
        if (!verified) throw new Stop("the provider has not verified your e-mail address");
        var tenant = provider.tenant();
        var taken = registry.snapshot(tenant).people().values().stream()
                .anyMatch(other -> other.email().equalsIgnoreCase(email));
        if (taken)
            throw new Stop(
                    "somebody with your e-mail address is enrolled here already; an administrator links the two");
        try {
            var name = IdTokens.text(claims, "name").orElse(email);
            var person = new Person(ids.pseudonym("per"), name, email, true);
            return guard.changing(tenant, () -> {
                record(provider, "enrolment", "person-created", about(provider, person.id()));
                if (!(registry.people().add(tenant, person) instanceof Done<Person>))
                    throw new Stop("you could not be enrolled now; try again");
                linked(provider, claims.getSubject(), person.id());
                return person.id();
            });
        } catch (IllegalArgumentException e) {
            throw new Stop("your name or e-mail address cannot be kept here");
        }
    }

    private void linked(Provider provider, String subject, Id person) {
        var record = new Transition("enrolment", "provider-linked", about(provider, person));
        record(provider, record.kind(), record.event(), record.members());
        if (!identity.providers().link(provider, subject, person))
            throw new Stop("your account is linked to somebody else here");
        concerned.by(Optional.empty(), provider.tenant(), record);
    }

    /** Membership of the mapped groups follows the provider, both ways; of all others it does not. */
    private void grouped(Provider provider, Id person, Set<String> theirs) {
        var tenant = provider.tenant();
        var wanted = provider.groups().entrySet().stream()
                .filter(each -> theirs.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.toUnmodifiableSet());
        var now = registry.snapshot(tenant);
        for (var group : Set.copyOf(provider.groups().values())) {
            boolean member = now.groupsOf(person).contains(group);
            if (member == wanted.contains(group) || now.group(group).isEmpty()) continue;
            var members =
                    about(provider, person).with("group", Json.of(group.text())).with("member", Json.of(person.text()));
            if (member) left(provider, group, person, members);
            else
                guard.changing(tenant, () -> {
                    record(provider, "enrolment", "group-joined", members);
                    var _ = registry.people().join(tenant, group, person.text());
                    concerned.by(Optional.empty(), tenant, new Transition("enrolment", "group-joined", members));
                    return 0;
                });
        }
    }

    private void left(Provider provider, Name group, Id person, Json.Obj members) {
        var left = registry.people().leave(provider.tenant(), group, person.text());
        if (!(left instanceof Done<Group>) && !(left instanceof Unsaved<Group>)) return;
        var record = new Transition("revocation", "group-left", members);
        record(provider, record.kind(), record.event(), record.members());
        concerned.by(Optional.empty(), provider.tenant(), record);
    }

    private Known about(Web web, Provider provider, boolean anew) {
        var now = clock.instant();
        var kept = known.get(provider);
        if (kept != null) {
            if (anew
                    ? now.isBefore(kept.again().plus(AGAIN))
                    : now.isBefore(kept.at().plus(KEPT))) return kept;
            // Asking counts, whatever comes of it.
            if (anew) known.put(provider, new Known(kept.discovery(), kept.keys(), kept.at(), now));
        }
        var again = anew ? now : kept == null ? Instant.EPOCH : kept.again();
        var discovery = document(web, provider, provider.discovery());
        // OIDC Discovery 1.0 §4.3: who describes somebody else is not believed.
        if (!discovery.string("issuer").equals(Optional.of(provider.issuer())))
            throw new Stop("the provider calls itself by another name than the one that was agreed");
        var fresh = new Known(discovery, document(web, provider, endpoint(discovery, "jwks_uri")), now, again);
        known.put(provider, fresh);
        return fresh;
    }

    private Json.Obj document(Web web, Provider provider, String url) {
        var action = new Action.FetchMetadata(url, Json.object().put("url", url).build());
        return switch (web.get(permitted(provider, action))) {
            case Heard.Document(var json) -> json;
            case Heard.Nothing _ -> throw new Stop("the company's provider does not answer now; try again in a moment");
        };
    }

    private static String endpoint(Json.Obj discovery, String member) {
        return discovery
                .string(member)
                .filter(url -> Provider.usable(url.contains("?") ? url.substring(0, url.indexOf('?')) : url))
                .orElseThrow(() -> new Stop("the provider does not say where its " + member + " is"));
    }

    /** In the name of the administrator who answers for the provider: nothing acts in nobody's. */
    private Permit permitted(Provider provider, Action action) {
        var owner = new Caller.OfPerson(provider.tenant(), provider.owner(), "standing");
        if (guard.admit(new Attempt(owner, action)) instanceof Permit permit) return permit;
        throw new Stop("the provider may not be asked now; its administrator may have left, or the ledger is full");
    }

    /** RFC 6749 §2.3.1: both parts are form-encoded first. */
    private Optional<Secret> basic(Provider provider) {
        return provider.secret().map(name -> {
            try {
                if (!(vault.reveal(provider.tenant(), name) instanceof Keeping.Revealed(var secret, var _)))
                    throw new Stop("the provider's secret is not in the vault");
                var text = encode(provider.clientId()) + ":" + encode(secret.reveal());
                return Secret.of(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
            } catch (VaultError e) {
                throw new Stop("the provider's secret cannot be read");
            }
        });
    }

    private void record(Provider provider, String kind, String event, Json.Obj members) {
        if (!guard.recordOwn(provider.tenant(), "provider:" + provider.name(), new Transition(kind, event, members)))
            throw new Stop("the ledger cannot be written");
    }

    /** A record of what went wrong, the same one at most once a minute: anybody can send a browser here. */
    private void refused(Provider provider, String why) {
        var now = clock.instant();
        told.values().removeIf(until -> now.isAfter(until));
        var same = provider.tenant() + " " + provider.name() + " " + why;
        if (told.putIfAbsent(same, now.plus(Duration.ofMinutes(1))) != null) return;
        var members = Json.object()
                .put("method", "provider:" + provider.name())
                .put("why", why)
                .build();
        var _ = guard.recordOwn(
                provider.tenant(), "provider:" + provider.name(), new Transition("sign-in", "refused", members));
    }

    private static Json.Obj about(Provider provider, Id person) {
        return Json.object()
                .put("person", person.text())
                .put("provider", provider.name().text())
                .build();
    }

    private static String back(String state) {
        int dot = state.indexOf('.');
        if (dot < 0) return "";
        try {
            return new String(Base64.getUrlDecoder().decode(state.substring(dot + 1)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String sha256(String text) {
        return encoded(dev.writ.base.Digest.of(text.getBytes(StandardCharsets.US_ASCII))
                .bytes());
    }
}
