package dev.writ.guard.control;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Company;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.identity.IdTokens;
import dev.writ.identity.Identity;
import dev.writ.identity.Provider;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a company's provider tells of its people: that they are there (without any role), and that they are gone, which
 * takes every say from them at once. A provider sees and touches those alone whom it knows.
 */
public final class Provisioning {
    private static final String CAEP = "https://schemas.openid.net/secevent/caep/event-type/";
    private static final String RISC = "https://schemas.openid.net/secevent/risc/event-type/";
    private static final int EVENTS_KEPT_MAX = 50_000;

    private final Guard guard;
    private final Company company;
    private final People people;
    private final Registry registry;
    private final Identity identity;
    private final Ids ids;
    private final InstantSource clock;
    private final Map<String, Instant> heard = new ConcurrentHashMap<>();

    Provisioning(Control.Parts parts, Company company, People people) {
        this.guard = parts.guard();
        this.company = company;
        this.people = people;
        this.registry = parts.registry();
        this.identity = parts.identity();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /** A provider that has shown its credential. */
    public static final class Teller {
        private final Provider provider;

        private Teller(Provider provider) {
            this.provider = provider;
        }

        public Name tenant() {
            return provider.tenant();
        }
    }

    public Optional<Teller> teller(String credential) {
        return identity.providers().byKey(credential).map(Teller::new);
    }

    /** A person as a provider sees him or her. */
    public record Seen(Id id, String subject, String name, String email, boolean active) {}

    public List<Seen> all(Teller teller) {
        var subjects = identity.providers().subjects(teller.provider);
        var snapshot = registry.snapshot(teller.tenant());
        return subjects.entrySet().stream()
                .flatMap(each -> snapshot.person(each.getKey()).map(person -> seen(person, each.getValue())).stream())
                .toList();
    }

    public Optional<Seen> one(Teller teller, String id) {
        return all(teller).stream().filter(seen -> seen.id().text().equals(id)).findFirst();
    }

    /** Enrols somebody, without any role, or says that there is such a person. */
    public Reply<Seen> enrol(Teller teller, String subject, String name, String email) {
        var provider = teller.provider;
        var tenant = teller.tenant();
        if (subject.isBlank() || subject.length() > 255)
            return new Reply.Invalid<>("externalId is the subject of the provider's tokens");
        return Directory.valid(() -> new Person(ids.pseudonym("per"), name, email, true))
                .then(person -> guard.changing(tenant, () -> {
                    boolean known = identity.providers()
                                    .person(tenant, provider.issuer(), subject)
                                    .isPresent()
                            || registry.snapshot(tenant).people().values().stream()
                                    .anyMatch(other -> other.email().equalsIgnoreCase(email));
                    if (known) return new Reply.Conflict<>("there is such a person already");
                    if (!told(provider, "enrolment", "person-created", person.id())
                            || !told(provider, "enrolment", "provider-linked", person.id()))
                        return new Reply.Unavailable<>("the ledger cannot be written; nothing was changed");
                    return Directory.reply(registry.people().add(tenant, person))
                            .then(added -> identity.providers().link(provider, subject, added.id())
                                    ? new Reply.Done<>(seen(added, subject))
                                    : new Reply.Conflict<>("there is such a person already"));
                }));
    }

    /** Takes every say from a person; one who has none any more stays so. */
    public Reply<Seen> deactivate(Teller teller, Seen seen) {
        if (!seen.active()) return new Reply.Done<>(seen);
        return people.deactivatedBy(teller.provider, seen.id())
                .map(_ -> new Seen(seen.id(), seen.subject(), seen.name(), seen.email(), false));
    }

    /** What came of a security event. The codes are those of RFC 8935 §2.4. */
    public sealed interface Event {
        record Taken() implements Event {}

        record Bad(String code, String why) implements Event {}
    }

    /** Hears a security event token (RFC 8417) of any provider of a tenant. */
    public Event event(Company.Web web, Name tenant, String token) {
        var provider = issuer(token).flatMap(issuer -> identity.providers().all(tenant).stream()
                .filter(each -> each.issuer().equals(issuer))
                .findFirst());
        if (provider.isEmpty()) return new Event.Bad("invalid_issuer", "this issuer is not trusted here");
        return switch (company.event(web, provider.get(), token)) {
            case IdTokens.Read.OtherKey _ -> new Event.Bad("invalid_key", "the key is not one of the issuer's");
            case IdTokens.Read.Bad(var why) -> new Event.Bad("invalid_request", why);
            case IdTokens.Read.Good(var claims) -> fresh(claims) ? taken(provider.get(), claims) : new Event.Taken();
        };
    }

    private Event taken(Provider provider, JWTClaimsSet claims) {
        if (!(claims.getClaim("events") instanceof Map<?, ?> events))
            return new Event.Bad("invalid_request", "there is no event");
        for (var event : events.entrySet()) {
            var person = person(provider, claims, event.getValue());
            if (person.isPresent()) happened(provider, String.valueOf(event.getKey()), person.get());
        }
        return new Event.Taken();
    }

    private void happened(Provider provider, String what, Id person) {
        switch (what) {
            case RISC + "account-disabled", RISC + "account-purged" -> {
                var _ = people.deactivatedBy(provider, person);
            }
            case CAEP + "session-revoked", CAEP + "credential-change", RISC + "credential-compromise" -> {
                for (var session :
                        identity.sessions().endAll(provider.tenant(), person).sessions()) {
                    var members = Json.object()
                            .put("person", person.text())
                            .put("session", session.id().text());
                    var _ = guard.recordOwn(
                            provider.tenant(),
                            "provider:" + provider.name(),
                            new Transition("revocation", "session-ended", members.build()));
                }
            }
            // A verification asks for an answer alone (SSF 1.0 §8.1.4); what else there is takes nothing away here.
            default -> {}
        }
    }

    /** The subject (RFC 9493 §3.2.2), of the whole token or of the event, by this provider's own issuer alone. */
    private Optional<Id> person(Provider provider, JWTClaimsSet claims, Object event) {
        var subject = claims.getClaim("sub_id");
        if (subject == null && event instanceof Map<?, ?> members) subject = members.get("subject");
        if (!(subject instanceof Map<?, ?> id)) return Optional.empty();
        if (!"iss_sub".equals(id.get("format")) || !provider.issuer().equals(id.get("iss"))) return Optional.empty();
        return id.get("sub") instanceof String text
                ? identity.providers().person(provider.tenant(), provider.issuer(), text)
                : Optional.empty();
    }

    /** The same token again changes nothing; it could only undo nothing, but records would pile up. */
    private boolean fresh(JWTClaimsSet claims) {
        var now = clock.instant();
        heard.values().removeIf(until -> now.isAfter(until));
        if (heard.size() >= EVENTS_KEPT_MAX) heard.clear();
        return heard.putIfAbsent(claims.getIssuer() + " " + claims.getJWTID(), now.plus(Duration.ofHours(2))) == null;
    }

    private static Optional<String> issuer(String token) {
        if (token.length() > 32_000) return Optional.empty();
        try {
            return Optional.ofNullable(SignedJWT.parse(token).getJWTClaimsSet().getIssuer());
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    private boolean told(Provider provider, String kind, String event, Id person) {
        var members = Json.object()
                .put("person", person.text())
                .put("provider", provider.name().text())
                .build();
        return guard.recordOwn(provider.tenant(), "provider:" + provider.name(), new Transition(kind, event, members));
    }

    private static Seen seen(Person person, String subject) {
        return new Seen(person.id(), subject, person.displayName(), person.email(), person.active());
    }
}
