package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Guard;
import dev.writ.guard.Refusal;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Reply;
import dev.writ.http.server.Request;
import dev.writ.upstream.Coming;
import dev.writ.upstream.LogLevel;
import dev.writ.upstream.McpLink;
import java.util.Optional;
import java.util.function.Function;

/** Answers what a client says within its session: requests as a whole or as a stream, notifications, responses. */
final class Turns {
    private final Guard guard;
    private final Calls calls;
    private final JointTurns joint;

    Turns(Guard guard, Calls calls, JointRequests requests, JointLists lists) {
        this.guard = guard;
        this.calls = calls;
        this.joint = new JointTurns(this, requests, lists);
    }

    /** @param streams whether the client takes an event stream */
    Answer answer(Session session, Message message, Request http, boolean streams) {
        return switch (message) {
            case Message.Request asked -> request(session, asked, http, streams);
            case Message.Notification notification -> notification(session, notification);
            case Message.Response(var id, var body) ->
                session.asks()
                        .answered(id, body)
                        .<Answer>map(why -> Answer.problem(400, "Bad Request", why))
                        .orElseGet(() -> Answer.empty(202));
        };
    }

    /**
     * Begins a tool's call on the connection's event loop. False, and nothing has happened, when it needs a thread that
     * may wait, which {@link #answer} is for.
     */
    boolean begin(Session session, Message message, Request http, boolean streams, Reply reply) {
        if (session.joint().isPresent()
                || !(message instanceof Message.Request asked)
                || !(Methods.of(session.server(), asked) instanceof Methods.Asked.For action)) return false;
        var turn = session.begin(asked.id(), streams, action.progress(), session);
        if (turn.isEmpty()) return false;
        boolean begun = false;
        try {
            begun = calls.begin(
                    call(asked, action, turn.get()),
                    reply.loop(),
                    coming -> reply.step(() -> come(session, asked.id(), turn.get(), streams, coming, reply)));
        } finally {
            if (!begun) session.end(asked.id());
        }
        if (begun) http.onGone(turn.get()::left);
        return begun;
    }

    /** The answer is there, or the server streams it: then a thread reads it, for a client that is still there or not. */
    private static void come(
            Session session, Json id, Turn turn, boolean streams, Coming<Json.Obj> coming, Reply reply) {
        if (coming.waits()) {
            Function<Turn, Json.Obj> rest = _ -> session.asks().decided(coming.take());
            boolean there = reply.block(
                    http -> streams ? streamed(session, id, turn, http, rest) : whole(session, id, turn, http, rest));
            if (!there) Thread.ofVirtual().name("mcp-turn").start(() -> ended(session, id, coming));
            return;
        }
        try {
            reply.send(Answer.json(200, coming.take()));
        } finally {
            session.end(id);
        }
    }

    private static void ended(Session session, Json id, Coming<Json.Obj> coming) {
        try {
            coming.take();
        } finally {
            session.end(id);
        }
    }

    private Answer request(Session session, Message.Request asked, Request http, boolean streams) {
        if (session.joint().isPresent())
            return joint.request(session, session.joint().get(), asked, http, streams);
        return switch (Methods.of(session.server(), asked)) {
            case Methods.Asked.Ping _ -> Answer.json(200, RpcError.result(asked.id(), Json.Obj.EMPTY));
            case Methods.Asked.Wrong(var code, var why) -> Answer.json(200, wrong(session, asked, code, why));
            case Methods.Asked.For action ->
                under(session, session, asked, action.progress(), http, streams, turn -> answered(asked, action, turn));
        };
    }

    /**
     * Has a request answered, as a whole or as a stream.
     *
     * @param front the client's session, in which the request's id is its own
     * @param at the session of the server that it goes to; the same, but where there are several
     */
    Answer under(
            Session front,
            Session at,
            Message.Request asked,
            Optional<Json> progress,
            Request http,
            boolean streams,
            Function<Turn, Json.Obj> work) {
        var turn = front.begin(asked.id(), streams, progress, at);
        if (turn.isEmpty())
            return Answer.json(
                    200, wrong(front, asked, RpcError.INVALID_REQUEST, "a request with this id is under way"));
        return streams
                ? streamed(front, asked.id(), turn.get(), http, work)
                : whole(front, asked.id(), turn.get(), http, work);
    }

    /** The answer to what is no action at all; the attempt is on record. */
    Json.Obj wrong(Session session, Message.Request asked, int code, String why) {
        var payload = Json.object()
                .put("method", asked.method())
                .put("params", asked.params())
                .build();
        var action = new Action.Unmapped(session.server(), asked.method(), payload);
        var _ = guard.refused(new Attempt(session.caller(), action), new Refusal.BadArguments(why));
        return RpcError.answer(asked.id(), code, why);
    }

    /** The client's leaving ends the call: nobody could receive its answer any more. */
    private static Answer whole(Session front, Json id, Turn turn, Request http, Function<Turn, Json.Obj> work) {
        http.onGone(turn::left);
        try {
            return Answer.json(200, work.apply(turn));
        } finally {
            front.end(id);
        }
    }

    /**
     * An event stream from the moment when the server says something before its answer; the whole answer when it does not.
     * A client that leaves before the first word cannot come back to it, so its call ends.
     */
    private static Answer streamed(Session front, Json id, Turn turn, Request http, Function<Turn, Json.Obj> work) {
        var line = turn.line().orElseThrow().line();
        http.onGone(turn::left);
        Thread.ofVirtual().name("mcp-turn").start(() -> {
            var answer = RpcError.answer(id, RpcError.INTERNAL_ERROR, "the call broke off");
            try {
                answer = work.apply(turn);
            } finally {
                line.finish(answer.text());
                front.end(id);
            }
        });
        return line.wholeAnswer()
                .<Answer>map(text -> Answer.of(200, "application/json", text.getBytes(UTF_8)))
                .orElseGet(() -> new Answer.EventStream(sink -> line.attach(sink, 0)));
    }

    /** What comes of a request on its own server. */
    Json.Obj answered(Message.Request asked, Methods.Asked.For action, Turn turn) {
        var session = turn.session();
        var call = call(asked, action, turn);
        return switch (action.action()) {
            case Action.ReadResource read
            when asked.method().equals("resources/subscribe") -> subscribed(session, asked, read.uri(), call);
            case Action.ReadResource read
            when asked.method().equals("resources/unsubscribe") -> {
                session.unsubscribe(read.uri());
                yield calls.answer(call);
            }
            case Action.SetLogLevel _ -> levelSet(session, asked, call);
            default -> session.asks().decided(calls.answer(call));
        };
    }

    private static Calls.Call call(Message.Request asked, Methods.Asked.For action, Turn turn) {
        return new Calls.Call(turn.session().hop(), asked.id(), action, turn.requester(), turn.cancellation());
    }

    /** From before the server knows of it, so that no change is missed; not if it comes to nothing. */
    private Json.Obj subscribed(Session session, Message.Request asked, String uri, Calls.Call call) {
        if (!session.subscribe(uri))
            return wrong(
                    session,
                    asked,
                    RpcError.INVALID_PARAMS,
                    "more than " + Session.SUBSCRIPTIONS_MAX + " subscriptions");
        var answer = calls.answer(call);
        if (answer.get("result").isEmpty()) session.unsubscribe(uri);
        return answer;
    }

    private Json.Obj levelSet(Session session, Message.Request asked, Calls.Call call) {
        var level = asked.params().string("level").filter(LogLevel.ALL::contains);
        if (level.isEmpty()) return wrong(session, asked, RpcError.INVALID_PARAMS, "there is no such level");
        var answer = calls.answer(call);
        if (answer.get("result").isPresent()) session.logged(level.get());
        return answer;
    }

    private static Answer notification(Session session, Message.Notification notification) {
        switch (notification.method()) {
            case "notifications/cancelled" ->
                notification.params().get("requestId").ifPresent(session::cancel);
            case "notifications/roots/list_changed" -> {
                rootsChanged(session);
                session.joint().ifPresent(joint -> joint.open().forEach(Turns::rootsChanged));
            }
            default -> {}
        }
        return Answer.empty(202);
    }

    private static void rootsChanged(Session session) {
        if (session.asks().offer().rootsChange() && !session.over())
            session.upstream().ifPresent(McpLink::rootsChanged);
    }
}
