package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.guard.Action;
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
    private final Turns turns;
    private final JointRequests requests;
    private final JointLists lists;

    JointTurns(Turns turns, JointRequests requests, JointLists lists) {
        this.turns = turns;
        this.requests = requests;
        this.lists = lists;
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

    static Message.Request withoutCursor(Message.Request asked) {
        return new Message.Request(asked.id(), asked.method(), asked.params().without("cursor"), asked.hasParams());
    }

    private Answer brought(
            Session front, Joint joint, Message.Request asked, Methods.Asked.For to, Request http, boolean streams) {
        var target = JointRequests.target(joint.names(), to.action());
        var member = target.flatMap(found -> joint.member(found.server()));
        if (member.isEmpty()) return nowhere(front, asked, to, target.isPresent());
        var at = member.get();
        var own = target.flatMap(
                found -> requests.translated(front.caller(), found, asked, to.action(), () -> joint.prompts(at)));
        if (own.isEmpty() || !(Methods.of(at.server(), own.get()) instanceof Methods.Asked.For there))
            return nowhere(front, asked, to, false);
        return turns.under(
                front,
                at,
                asked,
                there.progress(),
                http,
                streams,
                turn -> JointRequests.shown(asked, to.action(), turns.answered(own.get(), there, turn), at.server()));
    }

    private Answer nowhere(Session front, Message.Request asked, Methods.Asked.For to, boolean down) {
        return Answer.json(200, requests.nowhere(front.caller(), asked, to, down));
    }

    private Json.Obj page(Joint joint, Action.ListItems list, Message.Request asked, Turn turn) {
        var front = turn.session();
        return lists.page(
                        front.caller(),
                        joint.names().servers(),
                        asked,
                        list.listing(),
                        () -> joint.list(list.listing(), turn.cancellation()))
                .map(page -> RpcError.result(asked.id(), page))
                .orElseGet(() -> turns.wrong(front, asked, RpcError.INVALID_PARAMS, "Invalid cursor"));
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
