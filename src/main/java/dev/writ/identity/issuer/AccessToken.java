package dev.writ.identity.issuer;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What an access token of ours says (RFC 9068 §2.2): for whom, good for which one resource, under which task, and on
 * which grant it hangs.
 *
 * @param subject the person for whom the task is
 * @param audience exactly one resource
 * @param client the client that received it
 * @param actors the agents through whom the authority came, the acting one first (RFC 8693 §4.1)
 * @param jkt the thumbprint of the key that its holder must prove (RFC 9449 §6.1)
 * @param x5t the SHA-256 of the certificate that its holder must show (RFC 8705 §3.1), in base64url
 */
public record AccessToken(
        String issuer,
        Name tenant,
        Id subject,
        String audience,
        String client,
        Name agent,
        Id task,
        Id grant,
        Id id,
        List<String> actors,
        Optional<String> jkt,
        Optional<String> x5t,
        Instant issuedAt,
        Instant expires) {
    public static final String TYPE = "at+jwt";

    public AccessToken {
        subject.require("per");
        task.require("tsk");
        grant.require("grt");
        id.require("tok");
        actors = List.copyOf(actors);
        issuedAt = issuedAt.truncatedTo(ChronoUnit.SECONDS);
        expires = expires.truncatedTo(ChronoUnit.SECONDS);
        if (actors.isEmpty()) throw new IllegalArgumentException("nobody acts");
    }

    /** What introspection tells of one that is in force (RFC 7662 §2.2). */
    public Json.Obj introspection() {
        var answer = Json.object().put("active", true).put("token_type", jkt.isPresent() ? "DPoP" : "Bearer");
        claims().members().forEach(answer::put);
        return answer.build();
    }

    Json.Obj claims() {
        var claims = Json.object()
                .put("iss", issuer)
                .put("sub", subject.text())
                .put("aud", audience)
                .put("client_id", client)
                .put("iat", issuedAt.getEpochSecond())
                .put("exp", expires.getEpochSecond())
                .put("jti", id.text())
                .put("tenant", tenant.text())
                .put("task", task.text())
                .put("agent", agent.text())
                .put("grant", grant.text())
                .put("act", act(0));
        if (jkt.isPresent() || x5t.isPresent())
            claims.put("cnf", Json.object().put("jkt", jkt).put("x5t#S256", x5t).build());
        return claims.build();
    }

    private Json.Obj act(int from) {
        var actor = Json.object().put("sub", actors.get(from));
        if (from + 1 < actors.size()) actor.put("act", act(from + 1));
        return actor.build();
    }

    /** @throws RuntimeException when the claims are not those of one */
    static AccessToken of(Json.Obj claims) {
        var actors = new java.util.ArrayList<String>();
        for (var act = claims.object("act"); act.isPresent(); act = act.get().object("act"))
            actors.add(act.get().string("sub").orElseThrow());
        var cnf = claims.object("cnf");
        return new AccessToken(
                text(claims, "iss"),
                new Name(text(claims, "tenant")),
                new Id(text(claims, "sub")),
                text(claims, "aud"),
                text(claims, "client_id"),
                new Name(text(claims, "agent")),
                new Id(text(claims, "task")),
                new Id(text(claims, "grant")),
                new Id(text(claims, "jti")),
                actors,
                cnf.flatMap(each -> each.string("jkt")),
                cnf.flatMap(each -> each.string("x5t#S256")),
                time(claims, "iat"),
                time(claims, "exp"));
    }

    private static String text(Json.Obj claims, String name) {
        return claims.string(name).orElseThrow(() -> new NoSuchElementException(name));
    }

    private static Instant time(Json.Obj claims, String name) {
        return Instant.ofEpochSecond(claims.integer(name).orElseThrow());
    }
}
