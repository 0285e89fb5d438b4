package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.upstream.Incoming;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Takes what a server with sessions says unasked on a link that we keep, and passes it to whoever listens. */
final class Changes implements Incoming {
    private static final String TOOLS = "notifications/tools/list_changed";

    private final Freshness definitions = new Freshness();
    private final Set<Incoming> listeners = ConcurrentHashMap.newKeySet();

    Freshness definitions() {
        return definitions;
    }

    @Override
    public void notification(String method, Json.Obj params) {
        // At once: no call goes out before the comparison, whoever makes it.
        if (method.equals(TOOLS)) definitions.stale();
        for (var listener : listeners) listener.notification(method, params);
    }

    Runnable listen(Incoming listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
