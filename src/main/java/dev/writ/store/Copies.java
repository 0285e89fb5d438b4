package dev.writ.store;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Changed copies of maps that never change, for snapshots. */
public final class Copies {
    private Copies() {}

    public static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
        var copy = new HashMap<>(map);
        copy.put(key, value);
        return Collections.unmodifiableMap(copy);
    }

    public static <K, V> Map<K, V> without(Map<K, V> map, K key) {
        var copy = new HashMap<>(map);
        copy.remove(key);
        return Collections.unmodifiableMap(copy);
    }

    /** The map with one value replaced; the map itself when the key is absent or the value stays the same. */
    public static <K, V> Map<K, V> changed(Map<K, V> map, K key, UnaryOperator<V> change) {
        var before = map.get(key);
        if (before == null) return map;
        var after = change.apply(before);
        return after.equals(before) ? map : with(map, key, after);
    }
}
