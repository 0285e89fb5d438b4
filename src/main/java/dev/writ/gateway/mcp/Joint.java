package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.upstream.Cancellation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

/**
 * The servers of one session over several: each is opened, decided, compared and closed like a session of its own. One
 * that fails, or is slow, is left out and tried again later; the others work.
 */
final class Joint implements AutoCloseable {
    /** Stands for the endpoint itself where a record needs the name of a server. */
    static final Name ROUTE = new Name("mcp");

    private static final Duration TRIED_EVERY = Duration.ofSeconds(10);

    private final Guard guard;
    private final JointLists lists;
    private final Caller.OfAgent caller;
    private final InstantSource clock;
    private final BiFunction<Name, Cancellation, Optional<Session>> opening;
    private final Cancellation closed = new Cancellation();
    private final Map<Name, Member> members = new HashMap<>();

    private record Member(CompletableFuture<Optional<Session>> session, Instant tried) {
        /** Whether another try may bring what this one did not. */
        boolean failed() {
            return session.isDone()
                    && session.getNow(Optional.empty())
                            .filter(open -> !open.lost() && !open.over())
                            .isEmpty();
        }
    }

    Joint(
            Guard guard,
            JointLists lists,
            Caller.OfAgent caller,
            InstantSource clock,
            BiFunction<Name, Cancellation, Optional<Session>> opening) {
        this.guard = guard;
        this.lists = lists;
        this.caller = caller;
        this.clock = clock;
        this.opening = opening;
    }

    /** Which servers there are for the caller now. */
    JointNames names() {
        return new JointNames(guard.serversShown(caller));
    }

    /** Begins to open all servers, and waits for none. */
    void openAll() {
        for (var server : names().servers()) {
            var _ = opened(server);
        }
    }

    /** A server's own session, opened when it is not. */
    Optional<Session> member(Name server) {
        return await(opened(server), System.nanoTime() + JointLists.WAITED_FOR.toNanos())
                .flatMap(open -> open);
    }

    private CompletableFuture<Optional<Session>> opened(Name server) {
        synchronized (members) {
            var known = members.get(server);
            var now = clock.instant();
            boolean again = known != null
                    && known.failed()
                    && known.tried().plus(TRIED_EVERY).isBefore(now);
            if (known != null && !again) return known.session();
            if (known != null) known.session().getNow(Optional.empty()).ifPresent(Session::close);
            var session = new CompletableFuture<Optional<Session>>();
            members.put(server, new Member(session, now));
            Thread.ofVirtual().name("mcp-member").start(() -> open(server, session));
            return session;
        }
    }

    private void open(Name server, CompletableFuture<Optional<Session>> into) {
        var cancellation = new Cancellation();
        var session = Optional.<Session>empty();
        try (var _ = closed.then(cancellation::cancel)) {
            session = opening.apply(server, cancellation);
            session.ifPresent(open -> open.speaks(said -> JointUris.spoken(server, said)));
        } finally {
            into.complete(session);
            if (closed.cancelled()) session.ifPresent(Session::close);
        }
    }

    private static <T> Optional<T> await(CompletableFuture<T> future, long until) {
        try {
            return Optional.of(future.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    List<Json> list(Action.Listing listing, Cancellation cancellation) {
        return JointLists.merged(listing, names().servers(), cancellation, (server, call) -> member(server)
                .map(open -> lists.own(open.hop(), listing, Map.of(), call)));
    }

    /** A server's own prompts, as far as the caller may see them. */
    List<Json.Obj> prompts(Session member) {
        return lists.own(member.hop(), Action.Listing.PROMPTS, Map.of(), member.whileOpen());
    }

    /** The sessions that are open now. */
    List<Session> open() {
        synchronized (members) {
            return members.values().stream()
                    .flatMap(member -> member.session().getNow(Optional.empty()).stream())
                    .toList();
        }
    }

    @Override
    public void close() {
        closed.cancel();
        open().forEach(Session::close);
    }
}
