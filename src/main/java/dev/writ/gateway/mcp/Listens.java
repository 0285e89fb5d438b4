package dev.writ.gateway.mcp;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.upstream.Revision;
import dev.writ.upstream.Upstreams;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        var wanted = Filter.read(request.params());
        if (wanted.isEmpty())
            return refused(request, hop, RpcError.INVALID_PARAMS, "notifications must be a filter as the revision has it");
        var task = hop.caller().task();
        if (!begin(task))
            return refused(request, hop, RpcError.INTERNAL_ERROR, "too many subscriptions are open; end some");
        boolean kept = false;
        try {
            var possible = possible(hop, wanted.get());
            var decided = link.isEmpty()
                    ? new Decided.Yes(new Filter(false, false, false, possible.uris()), Optional.empty(), List.of())
                    : decided(good, hop, possible);
            if (decided instanceof Decided.No(var why)) return error(request, RpcError.INTERNAL_ERROR, why);
            var yes = (Decided.Yes) decided;
            kept = true;
            var listen = new Listen(guard, upstreams, request.id(), hop, link, yes);
            return new Answer.EventStream(sink -> {
                try {
                    listen.run(sink);
                } finally {
                    end(task);
                    link.ifPresent(OpenLink::giveBack);
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

    private Answer refused(Message.Request request, Hop hop, int code, String why) {
        var payload = Json.object().put("method", request.method()).build();
        var action = new Action.Unmapped(hop.server(), request.method(), payload);
        var _ = guard.refused(new Attempt(hop.caller(), action), new Refusal.BadArguments(why));
        return error(request, code, why);
    }

    private static Answer error(Message.Request request, int code, String why) {
        return Answer.json(200, RpcError.answer(request.id(), code, why));
    }
}
