package dev.writ.gateway.mcp;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Revision;
import dev.writ.upstream.Upstreams;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * {@code subscriptions/listen} (MCP 2026-07-28, basic/patterns/subscriptions): the subscription is decided, and each
 * resource in it; what policy does not let the caller read is not honoured, like what is not there. Bounded in number,
 * for a task and for all.
 */
final class Listens {
    static final int OPEN_MAX = 2_000;
    static final int OF_TASK_MAX = 16;

    private final Guard guard;
    private final Upstreams upstreams;
    private final Map<Id, Integer> open = new HashMap<>();
    private int all;

    Listens(Guard guard, Upstreams upstreams) {
        this.guard = guard;
        this.upstreams = upstreams;
    }

    /**
     * A stream, or an answer that says why there is none.
     *
     * @param link given back when the stream is over; not, when there is none
     */
    Answer answer(Message.Request request, Envelope.Checked.Good good, Hop hop, Optional<OpenLink> link) {
        var at = new At(hop.caller(), hop.server());
        return answer(request, at, List::of, wanted -> {
            var possible = possible(hop, wanted);
            var decided = link.isEmpty()
                    ? new Decided.Yes(new Filter(false, false, false, possible.uris()), Optional.empty(), List.of())
                    : decided(good, hop, possible);
            return switch (decided) {
                case Decided.No(var why) -> new Parts.None(why);
                case Decided.Yes yes -> new Parts.Of(List.of(new ListenPart(hop, link, yes, UnaryOperator.identity())));
            };
        });
    }

    /** A stream over several servers; one that cannot be reached, or may not be listened to, is left out. */
    Answer several(
            Message.Request request,
            Envelope.Checked.Good good,
            Caller.OfAgent caller,
            JointNames names,
            Links links,
            Cancellation cancellation) {
        var servers = (Supplier<List<Name>>) () -> new JointNames(guard.serversShown(caller)).servers();
        return answer(request, new At(caller, Joint.ROUTE), servers, wanted -> {
            var parts = JointLists.each(
                    names.servers(),
                    cancellation,
                    (server, call) -> part(good, links.way(caller, server, false, call), of(names, server, wanted)),
                    this::unheard);
            return new Parts.Of(List.copyOf(parts.values()));
        });
    }

    /** What of a filter over several servers is for one of them, in its own words. */
    private static Filter of(JointNames names, Name server, Filter wanted) {
        var own = new LinkedHashSet<String>();
        for (var uri : wanted.uris())
            names.resource(uri)
                    .filter(target -> target.server().equals(server))
                    .ifPresent(target -> own.add(target.rest()));
        return new Filter(wanted.tools(), wanted.prompts(), wanted.resources(), own);
    }

    private Optional<ListenPart> part(Envelope.Checked.Good good, Links.Way way, Filter wanted) {
        if (!(way instanceof Links.Way.Through(var link))) return Optional.empty();
        var server = link.hop().server();
        if (decided(good, link.hop(), possible(link.hop(), wanted)) instanceof Decided.Yes yes)
            return Optional.of(new ListenPart(link.hop(), Optional.of(link), yes, uri -> JointNames.uri(server, uri)));
        link.giveBack();
        return Optional.empty();
    }

    /** Decided too late for anybody to hear of it. */
    private void unheard(ListenPart part) {
        var late = "the subscription came too late";
        part.decided().permit().ifPresent(permit -> upstreams.unused(permit, late));
        for (var permit : part.decided().uris()) upstreams.unused(permit, late);
        part.link().ifPresent(OpenLink::giveBack);
    }

    /** Who listens, and what the records say of where. */
    private record At(Caller.OfAgent caller, Name server) {}

    private sealed interface Parts {
        record Of(List<ListenPart> parts) implements Parts {}

        record None(String why) implements Parts {}
    }

    private Answer answer(
            Message.Request request, At at, Supplier<List<Name>> servers, Function<Filter, Parts> decide) {
        var wanted = Filter.read(request.params());
        if (wanted.isEmpty())
            return refused(
                    request, at, RpcError.INVALID_PARAMS, "notifications must be a filter as the revision has it");
        var task = at.caller().task();
        if (!begin(task))
            return refused(request, at, RpcError.INTERNAL_ERROR, "too many subscriptions are open; end some");
        boolean kept = false;
        try {
            var decided = decide.apply(wanted.get());
            if (decided instanceof Parts.None(var why)) return error(request, RpcError.INTERNAL_ERROR, why);
            var parts = ((Parts.Of) decided).parts();
            kept = true;
            var listen = new Listen(guard, upstreams, request.id(), parts, servers);
            return new Answer.EventStream(sink -> {
                try {
                    listen.run(sink);
                } finally {
                    end(task);
                    for (var part : parts) part.link().ifPresent(OpenLink::giveBack);
                    sink.close();
                }
            });
        } finally {
            if (!kept) end(task);
        }
    }

    /** What came of the decision on a subscription. */
    sealed interface Decided {
        /**
         * @param filter what may be heard
         * @param permit for the subscription itself; empty when the caller's authority has ended
         */
        record Yes(Filter filter, Optional<Permit> permit, List<Permit> uris) implements Decided {
            Json.Obj payload() {
                return Listens.payload(filter);
            }
        }

        record No(String why) implements Decided {}
    }

    /** What the server can tell of at all. Our own changes to the list of tools are there wherever tools are. */
    private static Filter possible(Hop hop, Filter wanted) {
        var offered = Offered.capabilities(hop);
        var resources = offered.object("resources").orElse(Json.Obj.EMPTY);
        return new Filter(
                wanted.tools() && offered.object("tools").isPresent(),
                wanted.prompts() && changes(offered.object("prompts").orElse(Json.Obj.EMPTY)),
                wanted.resources() && changes(resources),
                resources.bool("subscribe").orElse(false) ? wanted.uris() : new LinkedHashSet<>());
    }

    private static boolean changes(Json.Obj capability) {
        return capability.bool("listChanged").orElse(false);
    }

    private Decided decided(Envelope.Checked.Good good, Hop hop, Filter possible) {
        var uris = new ArrayList<Permit>();
        var readable = new LinkedHashSet<String>();
        for (var uri : possible.uris()) {
            var payload = Json.object()
                    .put("method", "resources/subscribe")
                    .put("params", Json.object().put("uri", uri).build())
                    .build();
            var read = new Action.ReadResource(hop.server(), uri, payload);
            if (!(guard.admit(new Attempt(hop.caller(), read, good.claims())) instanceof Permit permit)) continue;
            uris.add(permit);
            readable.add(uri);
        }
        var filter = new Filter(possible.tools(), possible.prompts(), possible.resources(), readable);
        var listen = new Action.Listen(hop.server(), payload(filter));
        return switch (guard.admit(new Attempt(hop.caller(), listen, good.claims()))) {
            case Permit permit -> new Decided.Yes(filter, Optional.of(permit), uris);
            case Refusal refusal -> no(uris, Denials.line(refusal));
            case Held held ->
                no(uris, "PENDING approval " + held.approval().brief() + ": ask again after it was approved");
        };
    }

    private Decided no(List<Permit> unused, String why) {
        for (var permit : unused) upstreams.unused(permit, "the subscription was refused");
        return new Decided.No(why);
    }

    private static Json.Obj payload(Filter filter) {
        return Json.object()
                .put("method", Revision.LISTEN)
                .put("params", Json.object().put("notifications", filter.json()).build())
                .build();
    }

    private synchronized boolean begin(Id task) {
        int ofTask = open.getOrDefault(task, 0);
        if (all >= OPEN_MAX || ofTask >= OF_TASK_MAX) return false;
        all++;
        open.put(task, ofTask + 1);
        return true;
    }

    private synchronized void end(Id task) {
        all--;
        if (open.merge(task, -1, Integer::sum) <= 0) open.remove(task);
    }

    private Answer refused(Message.Request request, At at, int code, String why) {
        var payload = Json.object().put("method", request.method()).build();
        var action = new Action.Unmapped(at.server(), request.method(), payload);
        var _ = guard.refused(new Attempt(at.caller(), action), new Refusal.BadArguments(why));
        return error(request, code, why);
    }

    private static Answer error(Message.Request request, int code, String why) {
        return Answer.json(200, RpcError.answer(request.id(), code, why));
    }
}
