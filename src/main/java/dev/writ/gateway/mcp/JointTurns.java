package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Guard;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Requests in a session over several servers: each is brought to its one server under the server's own names, and is then
 * a request like any other; lists are put together from all.
 */
final class JointTurns {
    static final int PAGE_ITEMS = 500;

    private final Guard guard;
    private final Turns turns;
    private final Cursors cursors;

    JointTurns(Guard guard, Turns turns, Cursors cursors) {
        this.guard = guard;
        this.turns = turns;
        this.cursors = cursors;
    }

    Answer request(Session front, Joint joint, Message.Request asked, Request http, boolean streams) {
        var own = Methods.of(Joint.ROUTE, withoutCursor(asked));
        return switch (own) {
            case Methods.Asked.Ping _ -> Answer.json(200, RpcError.result(asked.id(), Json.Obj.EMPTY));
            case Methods.Asked.Wrong(var code, var why) -> Answer.json(200, turns.wrong(front, asked, code, why));
            case Methods.Asked.For to ->
                switch (to.action()) {
                    case Action.ListItems list ->
                        turns.under(
                                front,
                                front,
                                asked,
                                Optional.empty(),
                                http,
                                streams,
                                turn -> page(joint, list, asked, turn));
                    case Action.SetLogLevel _ ->
                        turns.under(
                                front,
                                front,
                                asked,
                                Optional.empty(),
                                http,
                                streams,
                                turn -> level(joint, asked, turn));
                    default -> brought(front, joint, asked, to, http, streams);
                };
        };
    }

    private static Message.Request withoutCursor(Message.Request asked) {
        return new Message.Request(asked.id(), asked.method(), asked.params().without("cursor"), asked.hasParams());
    }

    private Answer brought(
            Session front, Joint joint, Message.Request asked, Methods.Asked.For to, Request http, boolean streams) {
        var target = target(joint, to.action());
        var member = target.flatMap(found -> joint.member(found.server()));
        if (member.isEmpty()) return Answer.json(200, nowhere(front, asked, to, target.isPresent()));
        var own = target.flatMap(found -> translated(joint, member.get(), found, asked, to.action()));
        if (own.isEmpty()) return Answer.json(200, nowhere(front, asked, to, false));
        if (!(Methods.of(member.get().server(), own.get()) instanceof Methods.Asked.For there))
            return Answer.json(200, nowhere(front, asked, to, false));
        return turns.under(
                front,
                member.get(),
                asked,
                there.progress(),
                http,
                streams,
                turn -> shown(asked, to.action(), turns.answered(own.get(), there, turn), member.get()));
    }

    private static Optional<JointNames.Target> target(Joint joint, Action action) {
        return switch (action) {
            case Action.CallTool call -> joint.names().target(call.tool());
            case Action.GetPrompt get -> joint.names().target(get.prompt());
            case Action.ReadResource read -> joint.names().resource(read.uri());
            case Action.Complete complete ->
                complete.ofPrompt()
                        ? joint.names().target(complete.ref())
                        : joint.names().resource(complete.ref());
            default -> Optional.empty();
        };
    }

    /** The request as its server knows it; empty when a name is nobody's, or two tools'. */
    private Optional<Message.Request> translated(
            Joint joint, Session member, JointNames.Target target, Message.Request asked, Action action) {
        var params = asked.params();
        var own =
                switch (action) {
                    case Action.CallTool call ->
                        JointNames.own(target, call.tool(), guard.toolNames(member.caller(), member.server()))
                                .map(tool -> params.with("name", Json.of(tool)));
                    case Action.GetPrompt get ->
                        prompt(joint, member, target, get.prompt()).map(name -> params.with("name", Json.of(name)));
                    case Action.Complete complete -> {
                        var ref = params.object("ref").orElse(Json.Obj.EMPTY);
                        yield (complete.ofPrompt()
                                        ? prompt(joint, member, target, complete.ref())
                                        : Optional.of(target.rest()))
                                .map(name -> params.with(
                                        "ref", ref.with(complete.ofPrompt() ? "name" : "uri", Json.of(name))));
                    }
                    default -> Optional.of(params.with("uri", Json.of(target.rest())));
                };
        return own.map(there -> new Message.Request(asked.id(), asked.method(), there, true));
    }

    /** Only a name that was cut has to be looked for. */
    private static Optional<String> prompt(Joint joint, Session member, JointNames.Target target, String shown) {
        if (shown.length() < JointNames.CHARS_MAX) return Optional.of(target.rest());
        var names = joint.own(member, Action.Listing.PROMPTS, member.whileOpen()).stream()
                .flatMap(prompt -> prompt.string("name").stream())
                .toList();
        return JointNames.own(target, shown, names);
    }

    /** An attempt at what is not there, or not now; who may do nothing any more is told so. */
    private Json.Obj nowhere(Session front, Message.Request asked, Methods.Asked.For to, boolean down) {
        var ended = guard.barred(front.caller(), Joint.ROUTE).filter(reason -> !(reason instanceof Refusal.Absent));
        var reason = ended.orElseGet(
                () -> down ? new Refusal.Unavailable("the server cannot be reached") : new Refusal.Absent());
        var refusal = guard.refused(new Attempt(front.caller(), to.action(), to.claims()), reason);
        return Calls.refused(asked.id(), to.action(), refusal);
    }

    /** The answer under the names and URIs of this session. */
    private static Json.Obj shown(Message.Request asked, Action action, Json.Obj answer, Session member) {
        var result = answer.object("result");
        if (result.isPresent()) return answer.with("result", JointUris.result(member.server(), result.get()));
        var error = answer.object("error").orElse(Json.Obj.EMPTY);
        var message = error.string("message").orElse("");
        return switch (action) {
            case Action.CallTool call
            when message.startsWith("Unknown tool: ") ->
                RpcError.answer(asked.id(), RpcError.INVALID_PARAMS, "Unknown tool: " + call.tool());
            case Action.GetPrompt get
            when message.startsWith("Unknown prompt: ") ->
                RpcError.answer(asked.id(), RpcError.INVALID_PARAMS, "Unknown prompt: " + get.prompt());
            default -> answer;
        };
    }

    private Json.Obj page(Joint joint, Action.ListItems list, Message.Request asked, Turn turn) {
        var caller = turn.session().caller();
        var after = Optional.<String>empty();
        if (asked.params().get("cursor").isPresent()) {
            after = asked.params().string("cursor").flatMap(cursor -> cursors.read(caller, asked.method(), cursor));
            if (after.isEmpty()) return turns.wrong(turn.session(), asked, RpcError.INVALID_PARAMS, "Invalid cursor");
        }
        var behind = after;
        var left = joint.list(list.listing(), turn.cancellation()).stream()
                .filter(item -> behind.isEmpty()
                        || Joint.key(list.listing(), item).orElse("").compareTo(behind.get()) > 0)
                .toList();
        var items = left.size() > PAGE_ITEMS ? left.subList(0, PAGE_ITEMS) : left;
        var result = Json.object().put(list.listing().member(), new Json.Arr(items));
        if (items.size() < left.size())
            result.put(
                    "nextCursor",
                    cursors.after(
                            caller,
                            asked.method(),
                            Joint.key(list.listing(), items.getLast()).orElseThrow()));
        return RpcError.result(asked.id(), result.build());
    }

    /** Every server is told; one that logs is enough. */
    private Json.Obj level(Joint joint, Message.Request asked, Turn turn) {
        var answers = new ArrayList<Json.Obj>();
        for (var member : List.copyOf(joint.open()))
            if (Methods.of(member.server(), asked) instanceof Methods.Asked.For there)
                answers.add(turns.answered(
                        asked, there, new Turn(member, turn.cancellation(), turn.line(), Optional.empty())));
        return answers.stream()
                .filter(answer -> answer.get("result").isPresent())
                .findFirst()
                .or(() -> answers.stream().findFirst())
                .orElseGet(() -> RpcError.result(asked.id(), Json.Obj.EMPTY));
    }
}
