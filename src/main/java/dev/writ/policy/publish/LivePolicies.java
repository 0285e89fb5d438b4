package dev.writ.policy.publish;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.policy.PolicySet;
import java.util.Optional;
import java.util.Set;

/**
 * The policies in force of one tenant. Readers take one volatile reference and never wait; a publish replaces it only
 * after the bundle is durable, so what a start loads is what was last in force. A rejected edit changes nothing.
 */
public final class LivePolicies {
    private final BundleStore store;
    private final Publisher publisher;
    private volatile Live live;

    /** @param bundle the digest of the bundle they come from; empty when nothing was published, then all is denied */
    public record Live(Optional<Digest> bundle, PolicySet policies) {}

    private LivePolicies(BundleStore store, Publisher publisher, Live live) {
        this.store = store;
        this.publisher = publisher;
        this.live = live;
    }

    /**
     * Loads what was last in force, without Cedar's front end.
     *
     * @throws PublishException when that is missing, altered or not understood: a start with other policies than the
     *     last ones must not happen silently
     */
    public static LivePolicies open(BundleStore store, Publisher publisher) {
        return new LivePolicies(
                store, publisher, store.current().map(LivePolicies::live).orElseGet(LivePolicies::none));
    }

    public Live current() {
        return live;
    }

    /** Checks, stores and puts in force; or rejects, and everything stays as it was. */
    public synchronized Publisher.Outcome publish(PolicyFolder.Sources sources, String schema, Set<String> groups) {
        var outcome = publisher.publish(sources, schema, groups);
        if (outcome instanceof Publisher.Published(var bundle, var _)) {
            var next = live(bundle);
            store.publish(bundle);
            live = next;
        }
        return outcome;
    }

    /** Puts a bundle that was checked, and recorded since, in force; it is durable before it decides. */
    public synchronized Live putInForce(Bundle bundle) {
        var next = live(bundle);
        store.publish(bundle);
        live = next;
        return next;
    }

    /** The bundle in force with its texts, read from disk; empty when nothing was published. */
    public Optional<Bundle> bundle() {
        return store.current();
    }

    /** Puts an earlier bundle in force again. */
    public synchronized Live rollBack(Digest digest) {
        var next = live(store.bundle(digest));
        store.rollBack(digest);
        live = next;
        return next;
    }

    private static Live live(Bundle bundle) {
        return new Live(Optional.of(bundle.digest()), bundle.compile());
    }

    private static Live none() {
        var nothing = Json.object().put("staticPolicies", Json.Obj.EMPTY).build();
        return new Live(Optional.empty(), PolicySet.compile(nothing));
    }
}
