package dev.writ.upstream;

import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.upstream.oauth.Tokens;
import java.util.function.Consumer;

/**
 * A server that its person has not connected yet. Its approved tools are listed as they were approved; a call says where
 * the person connects it. Once that is done, the link is lost, and the next one reaches the server.
 */
public final class Unconnected implements McpLink {
    private final Guard guard;
    private final Tokens tokens;
    private final Permit opened;
    private final String version;
    private final String link;

    /** @param opened the permit under which the server was to be discovered */
    Unconnected(Guard guard, Tokens tokens, Permit opened, String version, String link) {
        this.guard = guard;
        this.tokens = tokens;
        this.opened = opened;
        this.version = version;
        this.link = link;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public Json.Obj capabilities() {
        return Json.object().put("tools", Json.Obj.EMPTY).build();
    }

    @Override
    public Json.Obj serverInfo() {
        return Json.Obj.EMPTY;
    }

    @Override
    public boolean reaches() {
        return false;
    }

    @Override
    public boolean lost() {
        return tokens.connected(opened);
    }

    @Override
    public boolean begins() {
        return false;
    }

    @Override
    public void begin(
            Permit permit,
            Json.Obj payload,
            Requester requester,
            Cancellation cancellation,
            Consumer<Coming<Answer>> then) {
        then.accept(new Coming<>(true, () -> {
            settled(permit, Outcome.Status.NOT_SENT, "the person has not connected the server");
            return new Answer.Unconnected(link);
        }));
    }

    @Override
    public Answer list(Permit permit, String method, String member, Cancellation cancellation) {
        settled(permit, Outcome.Status.DONE, "answered with what was approved");
        var items = method.equals("tools/list") ? guard.approved(permit) : java.util.List.<Json>of();
        return new Answer.Result(Json.object().put(member, new Json.Arr(items)).build());
    }

    private void settled(Permit permit, Outcome.Status status, String why) {
        var _ = guard.use(permit);
        guard.settle(permit, Outcome.without(status, "not connected", 0, why));
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
