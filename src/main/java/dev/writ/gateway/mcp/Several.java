package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Revision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code /mcp} for clients of 2026-07-28: each request is brought to its one server and is there a request like any
 * other; what is of all servers is put together from what each of them gives this caller.
 */
final class Several {
    private static final Json.Obj DISCOVER =
            Json.object().put("method", Revision.DISCOVER).build();

    private final Guard guard;
    private final Stateless stateless;
    private final Links links;
    private final Listens listens;
    private final JointRequests requests;
    private final JointLists lists;

    Several(Guard guard, Stateless stateless, Links links, Listens listens, JointRequests requests, JointLists lists) {
        this.guard = guard;
        this.stateless = stateless;
        this.links = links;
        this.listens = listens;
        this.requests = requests;
        this.lists = lists;
    }

    Answer answer(Request http, Message.Request asked, Envelope.Checked.Good good, Caller.OfAgent caller) {
        var cancellation = new Cancellation();
        http.onGone(cancellation::cancel);
        var names = new JointNames(guard.serversShown(caller));
        return switch (asked.method()) {
            case Revision.DISCOVER -> dressed(asked, discovered(asked, good, caller, names, cancellation));
            case Revision.LISTEN -> listens.several(asked, good, caller, names, links, cancellation);
            default -> mapped(http, asked, good, caller, names, cancellation);
        };
    }

    private static Answer dressed(Message.Request asked, Json.Obj answer) {
        return Answer.json(200, Dress.answer(asked.method(), asked.params(), Dress.JOINT, answer));
    }

    /** What any of the servers that answer has; a caller whose authority has ended sees tools, of which none is left. */
    private Json.Obj discovered(
            Message.Request asked,
            Envelope.Checked.Good good,
            Caller.OfAgent caller,
            JointNames names,
            Cancellation cancellation) {
        requests.ended(caller)
                .ifPresent(reason -> guard.refused(
                        new Attempt(caller, new Action.DiscoverServer(Joint.ROUTE, DISCOVER), good.claims()), reason));
        var all = new TreeMap<String, Json>(Map.of("tools", Json.Obj.EMPTY));
        JointLists.each(
                        names.servers(),
                        cancellation,
                        (server, call) -> through(caller, server, true, call, link -> Offered.capabilities(link.hop())),
                        _ -> {})
                .forEach((_, capabilities) -> capabilities
                        .members()
                        .forEach((name, one) ->
                                all.merge(name, one, (before, more) -> union((Json.Obj) before, (Json.Obj) more))));
        return Stateless.discovered(asked, new Json.Obj(all));
    }

    private static Json.Obj union(Json.Obj one, Json.Obj other) {
        var both = new TreeMap<>(one.members());
        both.putAll(other.members());
        return new Json.Obj(both);
    }

    @FunctionalInterface
    private interface Use<T> {
        T of(OpenLink link);
    }

    /** Empty when there is no way to the server. */
    private <T> Optional<T> through(
            Caller.OfAgent caller, Name server, boolean anew, Cancellation cancellation, Use<T> use) {
        if (!(links.way(caller, server, anew, cancellation) instanceof Links.Way.Through(var link)))
            return Optional.empty();
        try {
            return Optional.of(use.of(link));
        } finally {
            link.giveBack();
        }
    }

    private Answer mapped(
            Request http,
            Message.Request asked,
            Envelope.Checked.Good good,
            Caller.OfAgent caller,
            JointNames names,
            Cancellation cancellation) {
        var params = asked.params().without(Methods.RESPONSES).without(Methods.STATE);
        var bare = JointTurns.withoutCursor(new Message.Request(asked.id(), asked.method(), params, asked.hasParams()));
        return switch (Methods.stateless(Joint.ROUTE, bare, good.claims())) {
            case Methods.Asked.Wrong(var code, var why) -> stateless.malformed(asked, code, why, caller, Joint.ROUTE);
            case Methods.Asked.Ping _ -> throw new IllegalStateException("this revision has no ping");
            case Methods.Asked.For to ->
                to.action() instanceof Action.ListItems list
                        ? list(asked, to, list.listing(), caller, names, cancellation)
                        : brought(http, asked, good, to, caller, names, cancellation);
        };
    }

    private Answer brought(
            Request http,
            Message.Request asked,
            Envelope.Checked.Good good,
            Methods.Asked.For to,
            Caller.OfAgent caller,
            JointNames names,
            Cancellation cancellation) {
        var front = new Front.Among(requests, caller, asked, to);
        var target = JointRequests.target(names, to.action());
        var own = target.flatMap(found -> requests.translated(caller, found, asked, to.action(), () -> own(
                        caller, found.server(), Action.Listing.PROMPTS, Map.of(), cancellation)
                .orElse(List.of())));
        if (target.isEmpty() || own.isEmpty()) return front.nowhere();
        return stateless.known(http, own.get(), good, caller, target.get().server(), front);
    }

    private Answer list(
            Message.Request asked,
            Methods.Asked.For to,
            Action.Listing listing,
            Caller.OfAgent caller,
            JointNames names,
            Cancellation cancellation) {
        Optional<Refusal.Reason> ended = requests.ended(caller);
        if (ended.isPresent()) {
            var refusal = guard.refused(new Attempt(caller, to.action(), to.claims()), ended.get());
            return dressed(asked, Calls.refused(asked.id(), to.action(), refusal));
        }
        var servers = names.servers();
        return lists.page(
                        caller,
                        servers,
                        asked,
                        listing,
                        () -> JointLists.merged(
                                listing,
                                servers,
                                cancellation,
                                (server, call) -> own(caller, server, listing, to.claims(), call)))
                .map(page -> dressed(asked, RpcError.result(asked.id(), page)))
                .orElseGet(() ->
                        stateless.malformed(asked, RpcError.INVALID_PARAMS, "Invalid cursor", caller, Joint.ROUTE));
    }

    private Optional<List<Json.Obj>> own(
            Caller.OfAgent caller,
            Name server,
            Action.Listing listing,
            Map<String, String> claims,
            Cancellation cancellation) {
        return through(
                caller,
                server,
                false,
                cancellation,
                link -> Offered.has(link.hop(), listing.method())
                        ? lists.own(link.hop(), listing, claims, cancellation)
                        : List.of());
    }
}
