package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Brings a request over several servers to its one server under the server's own names, and the answer back. */
final class JointRequests {
    private final Guard guard;

    JointRequests(Guard guard) {
        this.guard = guard;
    }

    static Optional<JointNames.Target> target(JointNames names, Action action) {
        return switch (action) {
            case Action.CallTool call -> names.target(call.tool());
            case Action.GetPrompt get -> names.target(get.prompt());
            case Action.ReadResource read -> names.resource(read.uri());
            case Action.Complete complete ->
                complete.ofPrompt() ? names.target(complete.ref()) : names.resource(complete.ref());
            default -> Optional.empty();
        };
    }

    /**
     * The request as its server knows it; empty when a name is nobody's, or two tools'.
     *
     * @param prompts the server's own prompts, which are looked at for a name that was cut
     */
    Optional<Message.Request> translated(
            Caller.OfAgent caller,
            JointNames.Target target,
            Message.Request asked,
            Action action,
            Supplier<List<Json.Obj>> prompts) {
        var params = asked.params();
        var own =
                switch (action) {
                    case Action.CallTool call ->
                        JointNames.own(target, call.tool(), guard.toolNames(caller, target.server()))
                                .map(tool -> params.with("name", Json.of(tool)));
                    case Action.GetPrompt get ->
                        prompt(target, get.prompt(), prompts).map(name -> params.with("name", Json.of(name)));
                    case Action.Complete complete -> {
                        var ref = params.object("ref").orElse(Json.Obj.EMPTY);
                        yield (complete.ofPrompt()
                                        ? prompt(target, complete.ref(), prompts)
                                        : Optional.of(target.rest()))
                                .map(name -> params.with(
                                        "ref", ref.with(complete.ofPrompt() ? "name" : "uri", Json.of(name))));
                    }
                    default -> Optional.of(params.with("uri", Json.of(target.rest())));
                };
        return own.map(there -> new Message.Request(asked.id(), asked.method(), there, true));
    }

    private static Optional<String> prompt(JointNames.Target target, String shown, Supplier<List<Json.Obj>> prompts) {
        if (shown.length() < JointNames.CHARS_MAX) return Optional.of(target.rest());
        var names = prompts.get().stream()
                .flatMap(prompt -> prompt.string("name").stream())
                .toList();
        return JointNames.own(target, shown, names);
    }

    /** An attempt at what is not there, or not now; who may do nothing any more is told so. */
    Json.Obj nowhere(Caller.OfAgent caller, Message.Request asked, Methods.Asked.For to, boolean down) {
        var reason = ended(caller)
                .orElseGet(() -> down ? new Refusal.Unavailable("the server cannot be reached") : new Refusal.Absent());
        var refusal = guard.refused(new Attempt(caller, to.action(), to.claims()), reason);
        return Calls.refused(asked.id(), to.action(), refusal);
    }

    /** Why a caller may do nothing any more, whichever server it is about. */
    Optional<Refusal.Reason> ended(Caller.OfAgent caller) {
        return guard.barred(caller, Joint.ROUTE).filter(reason -> !(reason instanceof Refusal.Absent));
    }

    /** The answer under the names and URIs that the client knows. */
    static Json.Obj shown(Message.Request asked, Action action, Json.Obj answer, Name server) {
        var result = answer.object("result");
        if (result.isPresent()) return answer.with("result", JointUris.result(server, result.get()));
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
}
