package dev.writ.guard;

import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.identity.Binding;
import dev.writ.identity.Grant;
import dev.writ.identity.Trust;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tokens for who shows a signed word instead of a code: client credentials, workload tokens, ID-JAG. */
final class Asserting {
    private static final String ID_JAG = "id-jag";

    private final Minting minting;
    private final Callers callers;
    private final Assertions assertions;
    private final Standings standings;
    private final Places places;
    private final Ids ids;
    private final InstantSource clock;

    Asserting(
            Minting minting,
            Callers callers,
            Assertions assertions,
            Standings standings,
            Places places,
            Ids ids,
            InstantSource clock) {
        this.callers = callers;
        this.minting = minting;
        this.assertions = assertions;
        this.standings = standings;
        this.places = places;
        this.ids = ids;
        this.clock = clock;
    }

    /** RFC 6749 §4.4 with RFC 7523 §2.2: the agent itself, by its own key. */
    Minted credentials(Tokens.Asserted shown, Possession held) {
        return switch (client(shown)) {
            case Assertions.Judged.Bad(var why, var whose) ->
                no(shown, whose, "client_credentials", Minted.no(Minted.Code.INVALID_CLIENT, why));
            case Assertions.Judged.Good(var trust, var _) ->
                given(shown, trust, trust.agent().text(), Optional.empty(), held, "client_credentials");
        };
    }

    private Assertions.Judged client(Tokens.Asserted shown) {
        var text = shown.clientAssertion().orElse("");
        var judged = assertions.judge(
                shown.tenant(), text, Set.of(Trust.Kind.AGENT_KEY), us(shown.tenant()), Optional.empty());
        // RFC 7523 §3: a client_id that comes along names the same client.
        return judged instanceof Assertions.Judged.Good(var trust, var _)
                        && shown.client()
                                .filter(id -> !id.equals(trust.issuer()))
                                .isPresent()
                ? new Assertions.Judged.Bad("client_id is not whose assertion this is", Optional.of(trust))
                : judged;
    }

    private Set<String> us(Name tenant) {
        var issuer = places.issuer(tenant);
        return Set.of(issuer, issuer + "/oauth/token");
    }

    /** RFC 7523 §2.1 */
    Minted bearer(Tokens.Asserted shown, Possession held) {
        var kinds = Set.of(Trust.Kind.WORKLOAD, Trust.Kind.ID_JAG);
        return switch (assertions.judge(
                shown.tenant(), shown.assertion().orElse(""), kinds, us(shown.tenant()), held.holder())) {
            case Assertions.Judged.Bad(var why, var whose) ->
                no(shown, whose, "jwt-bearer", Minted.no(Minted.Code.INVALID_GRANT, why));
            case Assertions.Judged.Good(var trust, var claims)
            when trust.kind() == Trust.Kind.ID_JAG -> enterprise(shown, trust, claims, held);
            case Assertions.Judged.Good(var trust, var claims) ->
                given(
                        shown,
                        trust,
                        claims.string("sub").orElse(trust.agent().text()),
                        Optional.empty(),
                        held,
                        "workload");
        };
    }

    /** The company's provider says that a person lets this client act: the client shows who it is besides. */
    private Minted enterprise(Tokens.Asserted shown, Trust trust, dev.writ.base.Json.Obj claims, Possession held) {
        if (!(client(shown) instanceof Assertions.Judged.Good(var own, var _))
                || !own.agent().equals(trust.agent()))
            return no(
                    shown,
                    Optional.of(trust),
                    ID_JAG,
                    Minted.no(
                            Minted.Code.INVALID_CLIENT,
                            "the assertion is for another client than the one that shows it"));
        var resource = claims.string("resource");
        if (resource.isPresent()
                && shown.resource().filter(url -> !url.equals(resource.get())).isPresent())
            return no(
                    shown,
                    Optional.of(trust),
                    ID_JAG,
                    Minted.no(Minted.Code.INVALID_TARGET, "the assertion is for another resource"));
        var person = claims.string("email").flatMap(email -> standings.person(shown.tenant(), email));
        if (person.isEmpty())
            return no(
                    shown,
                    Optional.of(trust),
                    ID_JAG,
                    Minted.no(Minted.Code.INVALID_GRANT, "the assertion is about nobody who is known here"));
        return given(
                shown.forResource(resource.or(shown::resource)),
                trust,
                trust.agent().text(),
                person,
                held,
                ID_JAG);
    }

    /** A token under the task that is meant, or the only one that can be. */
    private Minted given(
            Tokens.Asserted shown, Trust trust, String client, Optional<Id> person, Possession held, String how) {
        var agent = trust.agent();
        var url = shown.resource().orElseGet(() -> places.joint(shown.tenant()));
        var place = places.resource(url).filter(each -> each.tenant().equals(shown.tenant()));
        if (place.isEmpty())
            return no(
                    shown,
                    Optional.of(trust),
                    how,
                    Minted.no(Minted.Code.INVALID_TARGET, "the resource is not one of this server's"));
        var tasks = tasks(shown, agent, person, place.get());
        if (tasks.size() != 1)
            return no(
                    shown,
                    Optional.of(trust),
                    how,
                    Minted.no(
                            Minted.Code.INVALID_GRANT,
                            tasks.isEmpty()
                                    ? "no open task of this agent reaches the resource"
                                    : "more than one task is open: name one by task"));
        var task = tasks.getFirst();
        var id = ids.next("grt");
        return minting.open(
                Grant.opening(
                        shown.tenant(),
                        id,
                        id,
                        client,
                        agent,
                        task.id(),
                        task.person(),
                        url,
                        held.jkt(),
                        held.x5t(),
                        clock.instant()),
                how,
                false,
                held);
    }

    /** Refuses; where a key that we know has signed what was shown, with a record of its agent. */
    private Minted.No no(Tokens.Asserted shown, Optional<Trust> whose, String how, Minted.No no) {
        if (whose.isEmpty()) callers.stranger();
        whose.ifPresent(trust -> minting.refused(caller(shown, trust), trust, shown, how, no.why()));
        return no;
    }

    /** Under the task that is named, or the only one that is open; else under none. */
    private Caller.OfAgent caller(Tokens.Asserted shown, Trust trust) {
        var tasks = shown.task().isPresent()
                ? standings.tasks(trust.tenant(), trust.agent()).stream()
                        .filter(task -> shown.task().get().equals(task.id().text()))
                        .toList()
                : standings.openTasks(trust.tenant(), trust.agent(), clock.instant());
        return tasks.size() == 1
                ? new Caller.OfAgent(
                        trust.tenant(), trust.agent(), tasks.getFirst().id(), trust.id(), Binding.NONE.text())
                : Caller.OfAgent.ofNoTask(trust.tenant(), trust.agent(), trust.id());
    }

    private List<Task> tasks(Tokens.Asserted shown, Name agent, Optional<Id> person, Places.Place place) {
        return standings.openTasks(shown.tenant(), agent, clock.instant()).stream()
                .filter(task ->
                        shown.task().map(id -> id.equals(task.id().text())).orElse(true))
                .filter(task -> person.map(task.person()::equals).orElse(true))
                .filter(task -> place.server().map(task.scope()::allowsServer).orElse(true))
                .toList();
    }
}
