package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Caller;
import dev.writ.upstream.Cancellation;
import dev.writ.upstream.Requester;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What several servers have, put together: each is asked on its own, and one that fails or is slow is left out. */
final class JointLists {
    static final int PAGE_ITEMS = 500;
    static final Duration WAITED_FOR = Duration.ofSeconds(10);

    private final Calls calls;
    private final Cursors cursors;

    JointLists(Calls calls, Cursors cursors) {
        this.calls = calls;
        this.cursors = cursors;
    }

    /**
     * Asks servers at the same time.
     *
     * @param late gets what nobody waits for any more
     * @return what came in time, in the order of the servers
     */
    static <T> Map<Name, T> each(
            List<Name> servers,
            Cancellation cancellation,
            BiFunction<Name, Cancellation, Optional<T>> asked,
            Consumer<T> late) {
        var answers = new LinkedHashMap<Name, CompletableFuture<Optional<T>>>();
        for (var server : servers) answers.put(server, begun(server, cancellation, asked, late));
        var all = new LinkedHashMap<Name, T>();
        answers.forEach((server, answer) -> awaited(answer).ifPresent(value -> all.put(server, value)));
        return all;
    }

    private static <T> CompletableFuture<Optional<T>> begun(
            Name server,
            Cancellation cancellation,
            BiFunction<Name, Cancellation, Optional<T>> asked,
            Consumer<T> late) {
        var answer = new CompletableFuture<Optional<T>>();
        var call = new Cancellation();
        var watching = cancellation.then(call::cancel);
        Thread.ofVirtual().name("mcp-member").start(() -> {
            try (watching) {
                var value = asked.apply(server, call);
                if (!answer.complete(value)) value.ifPresent(late);
            } finally {
                answer.complete(Optional.empty());
            }
        });
        var _ = answer.orTimeout(WAITED_FOR.toMillis(), TimeUnit.MILLISECONDS).whenComplete((_, tooLate) -> {
            if (tooLate != null) call.cancel();
        });
        return answer;
    }

    private static <T> Optional<T> awaited(CompletableFuture<Optional<T>> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** All servers' items under their names here, in the order of these names; a name that two share is left out. */
    static List<Json> merged(
            Action.Listing listing,
            List<Name> servers,
            Cancellation cancellation,
            BiFunction<Name, Cancellation, Optional<List<Json.Obj>>> own) {
        var named = new TreeMap<String, Optional<Json>>();
        each(servers, cancellation, own, _ -> {}).forEach((server, items) -> {
            for (var item : items) {
                var shown = JointUris.item(server, listing, item);
                key(listing, shown)
                        .ifPresent(name -> named.merge(name, Optional.of(shown), (_, _) -> Optional.empty()));
            }
        });
        return named.values().stream().flatMap(Optional::stream).toList();
    }

    static Optional<String> key(Action.Listing listing, Json item) {
        if (!(item instanceof Json.Obj object)) return Optional.empty();
        return switch (listing) {
            case TOOLS, PROMPTS -> object.string("name");
            case RESOURCES -> object.string("uri");
            case RESOURCE_TEMPLATES -> object.string("uriTemplate");
        };
    }

    /** A server's own list, as far as the caller may see it: an action of its own, decided and recorded. */
    List<Json.Obj> own(Hop hop, Action.Listing listing, Map<String, String> claims, Cancellation cancellation) {
        var payload = Json.object().put("method", listing.method()).build();
        var asked =
                new Methods.Asked.For(new Action.ListItems(hop.server(), listing, payload), claims, Optional.empty());
        var answer = calls.answer(new Calls.Call(hop, Json.of(0), asked, Requester.SILENT, cancellation));
        return answer.object("result").flatMap(result -> result.array(listing.member())).stream()
                .flatMap(items -> items.items().stream())
                .filter(Json.Obj.class::isInstance)
                .map(Json.Obj.class::cast)
                .toList();
    }

    /**
     * The page that a request asks for.
     *
     * @param all asked for when the request's cursor is one of ours, and only then
     * @return empty when it is not
     */
    Optional<Json.Obj> page(
            Caller.OfAgent caller,
            List<Name> servers,
            Message.Request asked,
            Action.Listing listing,
            Supplier<List<Json>> all) {
        var cursor = asked.params().get("cursor");
        var behind =
                asked.params().string("cursor").flatMap(text -> cursors.read(caller, asked.method(), servers, text));
        if (cursor.isPresent() && behind.isEmpty()) return Optional.empty();
        var left = all.get().stream()
                .filter(item ->
                        behind.isEmpty() || key(listing, item).orElse("").compareTo(behind.get()) > 0)
                .toList();
        var items = left.size() > PAGE_ITEMS ? left.subList(0, PAGE_ITEMS) : left;
        var result = Json.object().put(listing.member(), new Json.Arr(items));
        if (items.size() < left.size())
            result.put(
                    "nextCursor",
                    cursors.after(
                            caller,
                            asked.method(),
                            servers,
                            key(listing, items.getLast()).orElseThrow()));
        return Optional.of(result.build());
    }
}
