package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.NeverWaits;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.guard.Verdict;
import dev.writ.upstream.Answer;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Coming;
import dev.writ.upstream.McpLink;
import dev.writ.upstream.Requester;
import dev.writ.upstream.Revision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Takes a request, of either era, from attempt to answer: asks guard, waits where people must agree, sends, renders. */
final class Calls {
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);

    private static final Json COMPLETE = Json.of("complete");

    private static final String MORE =
            "the server asks for more than a client of this revision of MCP can be asked for";

    private final Guard guard;
    private final Rounds rounds;
    private final InstantSource clock;
    private final Duration hold;

    /** @param hold how long a call waits for a person before it is answered as pending */
    Calls(Guard guard, Rounds rounds, InstantSource clock, Duration hold) {
        this.guard = guard;
        this.rounds = rounds;
        this.clock = clock;
        this.hold = hold;
    }

    /** One request that is under way. */
    record Call(Hop hop, Json id, Methods.Asked.For asked, Requester requester, Cancellation cancellation) {
        Attempt attempt() {
            return new Attempt(hop.caller(), asked.action(), asked.claims());
        }

        String method() {
            return asked.action().payload().string("method").orElse("");
        }

        /** Whether the server may ask for more before it answers. */
        boolean rounded() {
            return Revision.ROUNDS.contains(method());
        }
    }

    /** The JSON-RPC answer. */
    Json.Obj answer(Call call) {
        var revoked = new AtomicBoolean();
        var watching = watched(call, revoked);
        try {
            findListed(call);
            unlike(call);
            return answer(call, comparable(call) ? admitHeld(call, revoked) : notCompared(call), revoked);
        } finally {
            watching.run();
        }
    }

    private Runnable watched(Call call, AtomicBoolean revoked) {
        return guard.watch(call.hop().caller(), call.hop().server(), () -> {
            revoked.set(true);
            call.cancellation().cancel();
        });
    }

    /**
     * As answer, on an event loop. False, and nothing has happened, when that takes more than memory, the ledger's next
     * commit and the network: answer is then to be asked on a thread that may wait.
     *
     * @param then told once on the loop
     */
    boolean begin(Call call, Executor loop, Consumer<Coming<Json.Obj>> then) {
        if (!ready(call)) return false;
        var attempt = call.attempt();
        var revoked = new AtomicBoolean();
        var watching = watched(call, revoked);
        boolean begun = guard.admitSoon(
                attempt,
                loop,
                verdict -> decided(call, verdict, revoked, coming -> then.accept(coming.then(watching))));
        if (!begun) watching.run();
        return begun;
    }

    /** Whether a call can go to a server whose tools were compared, by a way that waits for nothing. */
    private boolean ready(Call call) {
        var hop = call.hop();
        return call.asked().action() instanceof Action.CallTool tool
                && hop.upstream().filter(McpLink::begins).isPresent()
                && hop.definitions().fresh(clock.instant())
                && hop.definitions().showed(tool.tool());
    }

    private void decided(Call call, Verdict verdict, AtomicBoolean revoked, Consumer<Coming<Json.Obj>> then) {
        var upstream = call.hop().upstream();
        if (!(verdict instanceof Permit permit) || upstream.isEmpty()) {
            then.accept(new Coming<>(false, () -> answer(call, verdict, revoked)));
            return;
        }
        try {
            upstream.get()
                    .begin(
                            permit,
                            permit.action().payload(),
                            call.requester(),
                            call.cancellation(),
                            coming -> then.accept(Coming.of(() -> rendered(call, permit, coming, revoked))));
        } catch (RuntimeException | Error e) {
            // Nobody stands above us on a loop: whoever takes the answer meets the fault.
            then.accept(Coming.of(() -> {
                throw e;
            }));
        }
    }

    private Coming<Json.Obj> rendered(Call call, Permit permit, Coming<Answer> coming, AtomicBoolean revoked) {
        if (coming.waits()) return new Coming<>(true, () -> rendered(call, permit, coming.take(), revoked));
        var answer = coming.take();
        return new Coming<>(opensMore(answer), () -> rendered(call, permit, answer, revoked));
    }

    /** Whether an answer asks for something that must be decided before the client sees it. */
    private static boolean opensMore(Answer answer) {
        return switch (answer) {
            case Answer.Result(var result) -> !type(result).equals(COMPLETE);
            case Answer.ServerError(var error) ->
                error.integer("code").equals(Optional.of((long) RpcError.URL_ELICITATION_REQUIRED));
            case Answer.Stopped _, Answer.Failed _, Answer.Unconnected _, Answer.Cut _ -> false;
        };
    }

    /**
     * Whether the tools are as people approved them, as far as that can be known now. A server whose list does not come
     * may have changed them, so nothing is called on it; who may not act at all is told so by the decision itself.
     */
    private boolean comparable(Call call) {
        var hop = call.hop();
        return !(call.asked().action() instanceof Action.CallTool)
                || refreshDefinitions(hop, call.cancellation())
                || call.cancellation().cancelled()
                || guard.barred(hop.caller(), hop.server()).isPresent();
    }

    private Verdict notCompared(Call call) {
        return guard.refused(call.attempt(), "the server's tools cannot be compared with the approved ones");
    }

    /** Admits, and while people must agree waits for them as long as we hold calls; each vote has it decided anew. */
    private Verdict admitHeld(Call call, AtomicBoolean revoked) {
        var attempt = call.attempt();
        var until = clock.instant().plus(hold);
        var verdict = guard.admit(attempt);
        while (verdict instanceof Held held && waitForVote(call, held, until)) verdict = guard.admit(attempt);
        // Whoever waits under authority that has gone is told so, and not to come back after a yes.
        return verdict instanceof Held && revoked.get() ? gone(call) : verdict;
    }

    private Verdict gone(Call call) {
        var why = guard.barred(call.hop().caller(), call.hop().server())
                .orElseGet(() -> new Refusal.NotAllowed("the credential of this call was revoked"));
        return guard.refused(call.attempt(), why);
    }

    /** Whether somebody voted in time; a call that is cancelled does not wait. */
    private boolean waitForVote(Call call, Held held, Instant until) {
        NeverWaits.refuse("a vote");
        var over = new CompletableFuture<Void>();
        try (var _ = call.cancellation().then(() -> over.complete(null))) {
            return waitForVote(call, held, until, over);
        }
    }

    private boolean waitForVote(Call call, Held held, Instant until, CompletableFuture<Void> over) {
        var vote = CompletableFuture.anyOf(guard.nextVote(call.hop().caller().tenant(), held.approval()), over);
        for (int tick = 1;
                clock.instant().isBefore(until) && !call.cancellation().cancelled();
                tick++) {
            var left = Duration.between(clock.instant(), until);
            var wait = left.compareTo(PROGRESS_EVERY) < 0 ? left : PROGRESS_EVERY;
            try {
                vote.get(wait.toMillis(), TimeUnit.MILLISECONDS);
                return !over.isDone();
            } catch (TimeoutException e) {
                tell(call, tick, held);
            } catch (ExecutionException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    private static void tell(Call call, int tick, Held held) {
        if (!call.requester().progress()) return;
        var params = Json.object()
                .put("progress", tick)
                .put("message", "waiting for approval " + held.approval().brief())
                .build();
        call.requester().told().notification("notifications/progress", params);
    }

    private Json.Obj answer(Call call, Verdict verdict, AtomicBoolean revoked) {
        return switch (verdict) {
            case Permit permit -> sent(call, permit, revoked);
            case Refusal refusal -> refused(call, refusal);
            case Held held ->
                call.asked().action() instanceof Action.CallTool(var _, var tool, var _, var _)
                        ? RpcError.result(call.id(), Denials.pending(tool, held))
                        : RpcError.answer(
                                call.id(),
                                RpcError.INTERNAL_ERROR,
                                "PENDING approval " + held.approval().brief() + ": ask again after it was approved");
        };
    }

    private Json.Obj sent(Call call, Permit permit, AtomicBoolean revoked) {
        var upstream = call.hop().upstream();
        if (upstream.isEmpty()) return RpcError.answer(call.id(), RpcError.INTERNAL_ERROR, "open a new session");
        if (permit.action() instanceof Action.ListItems list) {
            long asked = call.hop().definitions().asked();
            var answer = upstream.get()
                    .list(permit, list.listing().method(), list.listing().member(), call.cancellation());
            return rendered(call, permit, shown(call, permit, list, answer, asked), revoked);
        }
        var answer = upstream.get().send(permit, permit.action().payload(), call.requester(), call.cancellation());
        return rendered(call, permit, answer, revoked);
    }

    /** Leaves of a list what this caller may see. */
    private Answer shown(Call call, Permit permit, Action.ListItems list, Answer answer, long asked) {
        if (!(answer instanceof Answer.Result(var result))) return answer;
        var member = list.listing().member();
        var items = result.array(member).map(Json.Arr::items).orElse(List.of());
        if (!call.hop().upstream().orElseThrow().reaches()) return answer;
        var shown = guard.shown(permit, items);
        if (list.listing() == Action.Listing.TOOLS) call.hop().definitions().seen(asked, clock.instant(), shown);
        return new Answer.Result(result.with(member, new Json.Arr(shown)));
    }

    private Json.Obj rendered(Call call, Permit permit, Answer answer, AtomicBoolean revoked) {
        return switch (answer) {
            case Answer.Result(var result) -> answered(call, result);
            case Answer.ServerError(var error) -> erred(call, error);
            case Answer.Stopped(var reason) -> refused(call, new Refusal(permit.decision(), reason, Optional.empty()));
            case Answer.Failed(var sent, var why) -> failed(call, sent, why);
            case Answer.Unconnected(var link) -> unconnected(call, permit, link);
            case Answer.Cut _ ->
                revoked.get()
                        ? refused(call, new Refusal(permit.decision(), ended(call), Optional.empty()))
                        : RpcError.answer(call.id(), RpcError.INTERNAL_ERROR, "cancelled");
        };
    }

    /** A client with a session declares what it can do once, and to servers without sessions none of it is passed on. */
    private static Json.Obj erred(Call call, Json.Obj error) {
        boolean lacking = error.integer("code").equals(Optional.of((long) Revision.CAPABILITY_MISSING));
        if (lacking && !call.requester().returns()) return failed(call, true, MORE);
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", call.id())
                .put("error", error)
                .build();
    }

    /**
     * A server of 2026-07-28 says of what type its result is (basic/index, result type); older ones know no other than a
     * complete one. A type that we do not know may open what nobody has decided on.
     */
    private Json.Obj answered(Call call, Json.Obj result) {
        var type = type(result);
        if (type.equals(COMPLETE)) return RpcError.result(call.id(), result);
        if (!type.equals(Json.of("input_required")) || !call.rounded())
            return failed(call, true, "the server answers with a type of result that is not passed on");
        return call.requester().returns() ? rounds.asked(call, result) : failed(call, true, MORE);
    }

    private static Json type(Json.Obj result) {
        return result.get("resultType").orElse(COMPLETE);
    }

    private Refusal.Reason ended(Call call) {
        return guard.barred(call.hop().caller(), call.hop().server())
                .orElseGet(() -> new Refusal.Unavailable("the call was cut"));
    }

    static Json.Obj failed(Call call, boolean sent, String why) {
        return call.asked().action() instanceof Action.CallTool(var _, var tool, var _, var _)
                ? RpcError.result(call.id(), Denials.failed(tool, sent, why))
                : RpcError.answer(call.id(), RpcError.INTERNAL_ERROR, why);
    }

    private Json.Obj unconnected(Call call, Permit permit, String link) {
        var server = call.hop().server();
        return call.asked().action() instanceof Action.CallTool(var _, var tool, var _, var _)
                ? RpcError.result(call.id(), Denials.unconnected(tool, server, link, permit.decision()))
                : RpcError.answer(
                        call.id(),
                        RpcError.INTERNAL_ERROR,
                        "PENDING: a person must connect the server " + server + " first: " + link);
    }

    private static Json.Obj refused(Call call, Refusal refusal) {
        return refused(call.id(), call.asked().action(), refusal);
    }

    static Json.Obj refused(Json id, Action action, Refusal refusal) {
        return switch (action) {
            case Action.CallTool(var _, var tool, var _, var _) ->
                refusal.reason() instanceof Refusal.Absent
                        ? RpcError.answer(id, RpcError.INVALID_PARAMS, "Unknown tool: " + tool)
                        : RpcError.result(id, Denials.refused(tool, refusal));
            // An ended task, and one of a suspended tenant, sees empty lists; calls tell it why.
            case Action.ListItems list
            when refusal.reason() instanceof Refusal.TaskEnded || refusal.reason() instanceof Refusal.Suspended ->
                RpcError.result(
                        id,
                        Json.object()
                                .put(list.listing().member(), new Json.Arr(List.of()))
                                .build());
            case Action.ReadResource _
            when refusal.reason() instanceof Refusal.Absent ->
                RpcError.answer(id, RpcError.RESOURCE_NOT_FOUND, "Resource not found");
            case Action.GetPrompt(var _, var prompt, var _)
            when refusal.reason() instanceof Refusal.Absent ->
                RpcError.answer(id, RpcError.INVALID_PARAMS, "Unknown prompt: " + prompt);
            default -> RpcError.answer(id, RpcError.INTERNAL_ERROR, Denials.line(refusal));
        };
    }

    /**
     * Has a server's tools compared with the pins when that was long ago, or when the server said that they changed: a
     * call must not reach a tool that is no longer the approved one.
     *
     * @return whether they are compared; false when the server's list could not be had
     */
    boolean refreshDefinitions(Hop hop, Cancellation cancellation) {
        // Nothing is called there either: there is nothing to compare.
        if (hop.upstream().isEmpty()
                || !hop.upstream().get().reaches()
                || hop.definitions().fresh(clock.instant())) return true;
        long asked = hop.definitions().asked();
        var shown = seen(hop, Action.Listing.TOOLS, cancellation);
        shown.ifPresent(tools -> hop.definitions().seen(asked, clock.instant(), tools));
        return shown.isPresent();
    }

    /**
     * A server may show one caller the tool that was approved and another caller a changed one: what this caller's own
     * list did not hold as approved is compared on its own way to the server, whatever others were shown since.
     */
    private void unlike(Call call) {
        var hop = call.hop();
        if (call.asked().action() instanceof Action.CallTool tool
                && !hop.definitions().showed(tool.tool())
                && guard.definition(hop.caller(), hop.server(), tool.tool()).isPresent())
            hop.definitions().stale();
    }

    /** Has guard see a server's list, and answers with what the caller may see of it; empty when it could not be had. */
    private Optional<List<Json>> seen(Hop hop, Action.Listing listing, Cancellation cancellation) {
        var payload = Json.object().put("method", listing.method()).build();
        var attempt = new Attempt(hop.caller(), new Action.ListItems(hop.server(), listing, payload));
        if (hop.upstream().isEmpty()
                || !hop.upstream().get().reaches()
                || !(guard.admit(attempt) instanceof Permit permit)) return Optional.empty();
        var answer = hop.upstream().get().list(permit, listing.method(), listing.member(), cancellation);
        if (!(answer instanceof Answer.Result(var result))) return Optional.empty();
        return Optional.of(guard.shown(
                permit, result.array(listing.member()).map(Json.Arr::items).orElse(List.of())));
    }

    /** A resource whose URI could lead elsewhere is read only when its server lists it: that is found out first. */
    private void findListed(Call call) {
        var hop = call.hop();
        if (call.asked().action() instanceof Action.ReadResource read
                && guard.listFirst(hop.caller(), hop.server(), read.uri())) {
            var _ = seen(hop, Action.Listing.RESOURCES, call.cancellation());
        }
    }
}
