package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The doubtful URIs that servers were seen to list, for each task: the only ones of their kind that may be read. Bounded;
 * what was forgotten is listed again before it is read.
 */
final class ListedResources {
    static final int LISTS_MAX = 1_000;
    static final int LIST_CHARS_MAX = 64 << 10;

    private record Key(Name tenant, Id task, Name server) {}

    private final Map<Key, Set<String>> seen = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Set<String>> eldest) {
            return size() > LISTS_MAX;
        }
    };

    /** Takes a whole list of resources in place of the last one. */
    void seen(Caller.OfAgent caller, Name server, List<Json> items) {
        var doubtful = new HashSet<String>();
        int chars = 0;
        for (var item : items) {
            var uri = item instanceof Json.Obj resource ? resource.string("uri") : Optional.<String>empty();
            if (uri.isEmpty() || !(ResourceUri.of(uri.get()) instanceof ResourceUri.Doubtful)) continue;
            chars += uri.get().length();
            if (chars > LIST_CHARS_MAX) break;
            doubtful.add(uri.get());
        }
        synchronized (seen) {
            seen.put(key(caller, server), Set.copyOf(doubtful));
        }
    }

    /** Why a URI may not be read, whatever policy says of it. */
    Optional<Refusal.Reason> doubt(Standing standing, String uri) {
        return switch (ResourceUri.of(uri)) {
            case ResourceUri.Plain _ -> Optional.empty();
            case ResourceUri.Wrong(var why) -> Optional.of(new Refusal.BadArguments(why));
            case ResourceUri.Doubtful(var why) ->
                lists(key(standing.caller(), standing.server().name()), uri)
                        ? Optional.empty()
                        : Optional.of(new Refusal.BadArguments("the server does not list it, and " + why));
        };
    }

    boolean unknown(Caller.OfAgent caller, Name server, String uri) {
        return ResourceUri.of(uri) instanceof ResourceUri.Doubtful && !lists(key(caller, server), uri);
    }

    private boolean lists(Key key, String uri) {
        synchronized (seen) {
            return seen.getOrDefault(key, Set.of()).contains(uri);
        }
    }

    private static Key key(Caller.OfAgent caller, Name server) {
        return new Key(caller.tenant(), caller.task(), server);
    }
}
