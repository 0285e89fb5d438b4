package dev.writ.ledger;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The intents of one log that have no outcome yet, and up to which record that is known. A small cache file lets a
 * start read only what came after it; without one, or when it does not fit the log, the log is read whole.
 */
final class OpenIntents {
    private final Path file;
    private final String origin;
    private final Map<String, Long> open = new LinkedHashMap<>();
    private long size;
    private long saved;

    OpenIntents(Path file, String origin) {
        this.file = file;
        this.origin = origin;
    }

    OpenIntents copy() {
        var copy = new OpenIntents(file, origin);
        copy.open.putAll(open);
        copy.size = size;
        return copy;
    }

    /** How a size's root is asked of the log. */
    interface Roots {
        Digest root(long size);
    }

    /** Loads the cache if it belongs to a prefix of this log. */
    void load(long logSize, Roots roots) {
        try {
            if (!Files.exists(file)) return;
            var cached = JsonReader.readObject(Files.readAllBytes(file));
            long at = cached.integer("size").orElse(-1L);
            boolean ours = cached.string("v").orElse("").equals("writ-open-intents-v1")
                    && cached.string("origin").orElse("").equals(origin)
                    && at >= 0
                    && at <= logSize
                    && cached.string("root").orElse("").equals(roots.root(at).toString());
            if (!ours) return;
            for (var intent :
                    cached.object("open").orElse(Json.Obj.EMPTY).members().entrySet())
                if (intent.getValue() instanceof Json.Num index)
                    open.put(intent.getKey(), index.asLong().orElseThrow());
            size = at;
            saved = at;
        } catch (IOException | JsonError e) {
            open.clear(); // a cache: the log itself will tell
        }
    }

    /** The next record; they come in the order of the log. */
    void add(long index, RecordKeys keys) {
        if (index < size) return;
        if (keys.kind().equals("intent")) open.put(keys.id(), index);
        if (keys.kind().equals("outcome")) open.remove(keys.intent());
        size = index + 1;
    }

    long size() {
        return size;
    }

    long saved() {
        return saved;
    }

    List<Long> indexes() {
        return open.values().stream().sorted().toList();
    }

    /** What the cache file would hold now. */
    byte[] snapshot(Digest root) {
        var intents = Json.object();
        open.forEach(intents::put);
        return Json.object()
                .put("v", "writ-open-intents-v1")
                .put("origin", origin)
                .put("size", size)
                .put("root", root.toString())
                .put("open", intents.build())
                .build()
                .bytes();
    }

    void save(byte[] snapshot, long at, Disk disk) throws IOException {
        disk.createFolders(java.util.Objects.requireNonNull(file.getParent()));
        disk.replace(file, snapshot);
        saved = at;
    }
}
