package dev.writ.app;

import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.ledger.Entry;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.ledger.verify.TilePath;
import dev.writ.store.Snapshot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;

/** What can be read of an installation from its files alone, without starting it. */
final class Installations {
    private Installations() {}

    /** A log, by its place. */
    record Log(Name tenant, Name node) {}

    static List<Log> logs(Path data) throws IOException {
        var found = new ArrayList<Log>();
        for (var tenant : Copies.list(data.resolve("ledger")))
            for (var node : Copies.list(tenant))
                if (Files.isDirectory(node))
                    found.add(new Log(
                            new Name(String.valueOf(tenant.getFileName())),
                            new Name(String.valueOf(node.getFileName()))));
        return found;
    }

    /** How much of each log a database has seen. */
    static Map<Log, Long> seen(Path database) {
        return numbers(database, "positions", "seen");
    }

    /** From where on each log has to be replayed over a database. */
    static Map<Log, Long> applied(Path database) {
        return numbers(database, "applied", "size");
    }

    private static Map<Log, Long> numbers(Path database, String table, String column) {
        return Snapshot.read(database, sql -> {
            // A database from before there were positions is replayed from the beginning.
            boolean there = sql.row("SELECT name FROM sqlite_master WHERE name = ?", row -> row.text("name"), table)
                    .isPresent();
            if (!there) return Map.<Log, Long>of();
            return sql
                    .rows(
                            "SELECT tenant, node, " + column + " AS number FROM " + table,
                            row -> Map.entry(new Log(row.name("tenant"), row.name("node")), row.integer("number")))
                    .stream()
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
        });
    }

    /** The records of a log from an index to a size, read from its files as they are asked for. */
    static Iterable<Entry> records(LogFolder log, long from, long size) {
        return () -> new Iterator<>() {
            private long next = from;
            private List<byte[]> bundle = List.of();
            private long bundleNumber = -1;

            @Override
            public boolean hasNext() {
                return next < size;
            }

            @Override
            public Entry next() {
                if (!hasNext()) throw new NoSuchElementException();
                if (next / TilePath.WIDTH != bundleNumber) {
                    bundleNumber = next / TilePath.WIDTH;
                    bundle = log.entries(bundleNumber, size);
                }
                var leaf = bundle.get((int) (next % TilePath.WIDTH));
                return new Entry(next++, leaf, JsonReader.readObject(leaf));
            }
        };
    }

    /** Whether a process has the folder now; changes nothing. */
    static boolean inUse(Path data) throws IOException {
        for (var name : List.of("ledger.lock", "writ.db.lock")) {
            var file = data.resolve(name);
            if (Files.notExists(file)) continue;
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                    var lock = channel.tryLock()) {
                if (lock == null) return true;
            } catch (OverlappingFileLockException e) {
                return true;
            }
        }
        return false;
    }
}
