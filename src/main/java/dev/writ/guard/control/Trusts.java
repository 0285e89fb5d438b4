package dev.writ.guard.control;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Trust;
import dev.writ.identity.issuer.PublicKeys;
import dev.writ.registry.Registry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose signed word is taken for which agent: agents' own keys, the platforms they run on, identity providers. */
public final class Trusts {
    private final Orders orders;
    private final Directory directory;
    private final Registry registry;
    private final dev.writ.identity.Trusts trusts;
    private final Ids ids;
    private final InstantSource clock;

    Trusts(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.registry = parts.registry();
        this.trusts = parts.identity().trusts();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /**
     * What a person wants to be believed.
     *
     * @param type agent-key, workload or id-jag
     */
    public record Wanted(
            String type,
            Name agent,
            Optional<String> issuer,
            Optional<String> audience,
            Map<String, String> claims,
            Json.Obj jwks) {
        public Wanted {
            claims = Map.copyOf(claims);
        }
    }

    private static Trust.Kind kind(String text) {
        for (var kind : Trust.Kind.values()) if (kind.text().equals(text)) return kind;
        throw new IllegalArgumentException("type is agent-key, workload or id-jag");
    }

    public Reply<List<Json.Obj>> all(Caller.OfPerson caller) {
        return directory.reading(
                caller,
                () -> new Reply.Done<>(trusts.all(caller.tenant()).stream()
                        .map(Trusts::document)
                        .toList()));
    }

    public Reply<Json.Obj> add(Caller.OfPerson caller, Wanted wanted) {
        var tenant = caller.tenant();
        var id = ids.next("tru");
        var made = Directory.valid(() -> {
            var _ = PublicKeys.of(wanted.jwks());
            var kind = kind(wanted.type());
            var issuer = wanted.issuer()
                    .orElse(kind == Trust.Kind.AGENT_KEY ? wanted.agent().text() : "");
            return new Trust(
                    tenant,
                    id,
                    kind,
                    wanted.agent(),
                    issuer,
                    wanted.audience(),
                    wanted.claims(),
                    wanted.jwks(),
                    clock.instant(),
                    Optional.empty());
        });
        return made.then(trust -> orders.carry(caller, Orders.administer("trust:add", id.text(), about(trust)), () -> {
            if (registry.snapshot(tenant).agent(trust.agent()).isEmpty())
                return new Plan.Stay<>(new Reply.Invalid<>("there is no agent " + trust.agent()));
            return new Plan.Go<>(
                    new Transition("enrolment", "trust-added", about(trust)),
                    () -> trusts.add(trust)
                            ? new Reply.Done<>(document(trust))
                            : new Reply.Conflict<>("there are too many already; revoke some"));
        }));
    }

    public Reply<Json.Obj> revoke(Caller.OfPerson caller, String id) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> Directory.id(
                        "trust", trusts.all(tenant).stream().map(Trust::id).toList(), id)
                .then(full -> orders.takeAway(
                        caller,
                        Orders.administer("trust:revoke", full.text(), Json.Obj.EMPTY),
                        () -> taken(tenant, full))));
    }

    private Taken<Json.Obj> taken(Name tenant, Id id) {
        var about = Json.object().put("trust", id.text()).build();
        return trusts.revoke(tenant, id)
                ? new Taken<>(new Reply.Done<>(about), List.of(new Transition("revocation", "trust-revoked", about)))
                : new Taken<>(new Reply.NotFound<>("trust with that id"), List.of());
    }

    /** The keys themselves stand in the database; the record names them. */
    private static Json.Obj about(Trust trust) {
        var claims = Json.object();
        trust.claims().forEach(claims::put);
        return Json.object()
                .put("trust", trust.id().text())
                .put("type", trust.kind().text())
                .put("agent", trust.agent().text())
                .put("issuer", trust.issuer())
                .put("audience", trust.audience())
                .put("claims", claims.build())
                .put("keys", Digest.of(trust.jwks().bytes()).toString())
                .build();
    }

    private static Json.Obj document(Trust trust) {
        return about(trust).with("jwks", trust.jwks());
    }
}
