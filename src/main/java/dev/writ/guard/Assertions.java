package dev.writ.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.identity.Trust;
import dev.writ.identity.Trusts;
import dev.writ.identity.issuer.Holders;
import dev.writ.identity.issuer.Jws;
import dev.writ.identity.issuer.Once;
import dev.writ.identity.issuer.PublicKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Judges the signed word of others: an agent's own key, its platform, the company's identity provider. */
final class Assertions {
    private static final Duration LEEWAY = Duration.ofSeconds(60);
    /** What is to be shown once lives no longer than this, for we remember it as long. */
    private static final Duration ONCE_LIFE_MAX = Duration.ofHours(1);

    private static final Duration LIFE_MAX = Duration.ofDays(2);
    private static final int ONCE_MAX = 200_000;
    private static final int HELD_MAX = 50_000;

    private static final int JTI_CHARS_MAX = 256;
    private static final String ID_JAG = "oauth-id-jag+jwt";

    private final Trusts trusts;
    private final InstantSource clock;
    private final Instant begun;
    private final Once once = new Once(ONCE_MAX);
    private final Holders platform = new Holders(HELD_MAX);

    Assertions(Trusts trusts, InstantSource clock) {
        this.trusts = trusts;
        this.clock = clock;
        // What was shown before the process began is forgotten, so nothing from before is good now.
        this.begun = clock.instant().minusSeconds(1);
    }

    /** What an assertion comes to. */
    sealed interface Judged {
        record Good(Trust trust, Json.Obj claims) implements Judged {}

        /** @param whose by whose key it is signed all the same, so that its refusal can be put down to somebody */
        record Bad(String why, Optional<Trust> whose) implements Judged {}
    }

    /**
     * @param kinds what it may be
     * @param audiences us, by every name that it may have for us
     * @param holder the key or certificate that whoever shows it has proved to hold, if any
     */
    Judged judge(Name tenant, String text, Set<Trust.Kind> kinds, Set<String> audiences, Optional<String> holder) {
        var read = Jws.read(text);
        if (read.isEmpty()) return new Judged.Bad("the assertion is no JWT", Optional.empty());
        var jws = read.get();
        var issuer = jws.claims().string("iss").orElse("");
        boolean jag = jws.typed(ID_JAG);
        for (var trust : trusts.all(tenant)) {
            if (!kinds.contains(trust.kind()) || !trust.issuer().equals(issuer)) continue;
            // draft-ietf-oauth-identity-assertion-authz-grant §3: told from every other JWT by its type
            if (jag != (trust.kind() == Trust.Kind.ID_JAG)) continue;
            if (!claimed(trust.claims(), jws.claims())
                    || !PublicKeys.of(trust.jwks()).signed(jws)) continue;
            var fault = fault(trust, jws.claims(), trust.audience().map(Set::of).orElse(audiences), holder);
            return fault.<Judged>map(why -> new Judged.Bad(why, Optional.of(trust)))
                    .orElseGet(() -> new Judged.Good(trust, jws.claims()));
        }
        return new Judged.Bad("nobody here trusts this issuer to say this", Optional.empty());
    }

    private static boolean claimed(Map<String, String> wanted, Json.Obj claims) {
        return wanted.entrySet().stream()
                .allMatch(claim -> claims.string(claim.getKey()).equals(Optional.of(claim.getValue())));
    }

    /** RFC 7523 §3 */
    private Optional<String> fault(Trust trust, Json.Obj claims, Set<String> audiences, Optional<String> holder) {
        var now = clock.instant();
        if (!addressed(claims, audiences)) return Optional.of("aud is not this authorization server");
        var until = claims.integer("exp").map(Instant::ofEpochSecond);
        if (until.isEmpty() || !now.isBefore(until.get())) return Optional.of("exp is missing or past");
        boolean single = trust.kind() != Trust.Kind.WORKLOAD;
        if (until.get().isAfter(now.plus(single ? ONCE_LIFE_MAX : LIFE_MAX))) return Optional.of("exp is too far away");
        if (future(claims, "nbf", now) || future(claims, "iat", now)) return Optional.of("it is of the future");
        if (trust.kind() == Trust.Kind.AGENT_KEY && !claims.string("sub").equals(Optional.of(trust.issuer())))
            return Optional.of("sub is not iss");
        return single ? shownBefore(trust, claims, now, until.get()) : held(trust, claims, holder, now, until.get());
    }

    private Optional<String> shownBefore(Trust trust, Json.Obj claims, Instant now, Instant until) {
        var jti = claims.string("jti").filter(id -> !id.isEmpty() && id.length() <= JTI_CHARS_MAX);
        if (jti.isEmpty()) return Optional.of("jti is missing");
        boolean since = claims.integer("iat")
                .map(Instant::ofEpochSecond)
                .filter(at -> !at.isBefore(begun))
                .isPresent();
        // Who ends later than we would have taken before we began was not taken then.
        if (!since && until.isBefore(begun.plus(ONCE_LIFE_MAX)))
            return Optional.of("it may have been shown before this server was started; make a new one");
        return once.first(mark(trust, jti.get()), now, until) ? Optional.empty() : Optional.of("it was shown before");
    }

    /**
     * A platform's token is a file that its workload reads as often as it likes, so it is good until its end: but once it
     * was shown by the holder of a key, for no other holder.
     */
    private Optional<String> held(Trust trust, Json.Obj claims, Optional<String> holder, Instant now, Instant until) {
        // A platform may leave jti out (JWT-SVID §3); then the token's claims are what it is known by.
        var what = claims.get("jti").isEmpty()
                ? Canonical.digest(claims).toString()
                : claims.string("jti")
                        .filter(id -> !id.isEmpty() && id.length() <= JTI_CHARS_MAX)
                        .orElse("");
        if (what.isEmpty()) return Optional.of("jti is no text");
        return platform.takes(mark(trust, what), holder, now, until)
                ? Optional.empty()
                : Optional.of("it was shown before by the holder of another key or certificate");
    }

    private static Digest mark(Trust trust, String what) {
        return Digest.of((trust.tenant() + "\0" + trust.issuer() + "\0" + what).getBytes(UTF_8));
    }

    private static boolean future(Json.Obj claims, String name, Instant now) {
        return claims.integer(name)
                .filter(at -> Instant.ofEpochSecond(at).isAfter(now.plus(LEEWAY)))
                .isPresent();
    }

    private static boolean addressed(Json.Obj claims, Set<String> audiences) {
        if (claims.string("aud").isPresent())
            return claims.string("aud").filter(audiences::contains).isPresent();
        return claims.strings("aud").stream().anyMatch(audiences::contains);
    }
}
