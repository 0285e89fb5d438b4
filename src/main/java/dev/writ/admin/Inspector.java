package dev.writ.admin;

import dev.writ.base.Json;
import dev.writ.guard.Caller;
import dev.writ.guard.Permit;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.Reply;
import dev.writ.upstream.Answer;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Incoming;
import dev.writ.upstream.McpLink;
import dev.writ.upstream.McpSession;
import dev.writ.upstream.Upstreams;

/** Looks at a server for an administrator: under a permit like any call, through upstream like any call. */
final class Inspector {
    private static final String METHOD = "tools/list";
    private static final String MEMBER = "tools";

    private final Control control;
    private final Upstreams upstreams;

    Inspector(Control control, Upstreams upstreams) {
        this.control = control;
        this.upstreams = upstreams;
    }

    /** The server with its tools as it lists them now. */
    Reply<Json.Obj> inspect(Caller.OfPerson caller, String server) {
        return control.servers().inspection(caller, server).then(permit -> opened(caller, server, permit));
    }

    private Reply<Json.Obj> opened(Caller.OfPerson caller, String server, Permit permit) {
        return switch (upstreams.open(permit, McpSession.VERSIONS.getLast(), Incoming.NOBODY)) {
            case Upstreams.Opened.Stopped(var reason) -> new Reply.Unavailable<>(reason.code());
            case Upstreams.Opened.Failed(var why) -> new Reply.Unavailable<>(why);
            case Upstreams.Opened.NotConnected(var _, var address) -> unconnected(address);
            case Upstreams.Opened.Open(var session) -> {
                try (session) {
                    yield listed(caller, server, session);
                }
            }
        };
    }

    private static Reply<Json.Obj> unconnected(String address) {
        return new Reply.Conflict<>("the server wants a token of yours: connect it first at " + address);
    }

    private Reply<Json.Obj> listed(Caller.OfPerson caller, String server, McpLink session) {
        return control.servers().inspection(caller, server).then(permit -> switch (session.list(
                permit, METHOD, MEMBER, new Cancellation())) {
            case Answer.Result(var result) -> {
                var tools = result.array(MEMBER).map(Json.Arr::items);
                if (tools.isEmpty()) yield new Reply.Unavailable<>("the server's answer has no list of tools");
                control.guard().inspected(permit, tools.get());
                yield control.servers().one(caller, server);
            }
            case Answer.ServerError _ -> new Reply.Unavailable<>("the server answers tools/list with an error");
            case Answer.Stopped(var reason) -> new Reply.Unavailable<>(reason.code());
            case Answer.Failed(var _, var why) -> new Reply.Unavailable<>(why);
            case Answer.Unconnected(var address) -> unconnected(address);
            case Answer.Cut _ -> new Reply.Unavailable<>("the server was cut off");
        });
    }
}
