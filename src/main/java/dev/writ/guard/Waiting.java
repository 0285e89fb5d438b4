package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Calls that wait for a person's vote. A future parks no thread. */
final class Waiting {
    private record Key(Name tenant, Id approval) {}

    private final Map<Key, CompletableFuture<Void>> votes = new ConcurrentHashMap<>();

    CompletableFuture<Void> on(Name tenant, Id approval) {
        var key = new Key(tenant, approval);
        var vote = votes.computeIfAbsent(key, _ -> new CompletableFuture<>());
        // A copy, so that a waiter who gives up does not end the wait of the others.
        return vote.copy();
    }

    void voted(Name tenant, Id approval) {
        var vote = votes.remove(new Key(tenant, approval));
        if (vote != null) vote.complete(null);
    }
}
