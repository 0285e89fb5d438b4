package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Incoming;
import dev.writ.upstream.Requester;
import dev.writ.upstream.ServerRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * One request of a client that is under way in its session, and what its server says of it meanwhile.
 *
 * @param line where that is said; empty for a client that takes nothing but the answer
 * @param token the client's own for progress: ours never reaches it
 */
record Turn(Session session, Cancellation cancellation, Optional<OwnLine> line, Optional<Json> token)
        implements Incoming {

    Requester requester() {
        // What the client offers was declared when the session opened; a server without sessions is offered nothing,
        // since
        // what it would ask for cannot be brought back to it here.
        return new Requester(token.isPresent() && line.isPresent(), false, Json.Obj.EMPTY, session.logLevel(), this);
    }

    @Override
    public void notification(String method, Json.Obj params) {
        if (method.equals("notifications/progress")) {
            if (token.isPresent()) say(method, params.with("progressToken", token.get()));
        } else if (session.wants(method, params)) say(method, params);
    }

    private void say(String method, Json.Obj params) {
        line.ifPresentOrElse(
                own -> {
                    var _ = own.line()
                            .say(Session.notification(method, session.spoken().apply(params)));
                },
                () -> session.say(method, params));
    }

    @Override
    public void request(ServerRequest request) {
        session.asks()
                .ask(request, line.map(OwnLine::line).or(() -> session.lines().unasked()));
    }

    @Override
    public void paused(Duration retry) {
        line.ifPresent(own -> own.line().letGo(retry));
    }

    /** The client has left. One that can come back to what is said is waited for; the answer of any other is nobody's. */
    void left() {
        boolean mayReturn = line.flatMap(OwnLine::opened).filter(Line::attached).isPresent();
        if (!mayReturn) cancellation.cancel();
    }
}
