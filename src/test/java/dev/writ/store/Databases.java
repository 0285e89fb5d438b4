package dev.writ.store;

import dev.writ.base.Name;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Both kinds of database: tests of what stands on a store run on each of them. */
public enum Databases {
    SQLITE {
        @Override
        public Store open(Path folder, List<Schema> schemas) {
            return Store.open(folder.resolve("writ.db"), schemas);
        }

        @Override
        public String content(Path folder) {
            var all = new StringBuilder();
            try (var files = Files.list(folder)) {
                for (var file : files.filter(each -> each.getFileName().toString().startsWith("writ.db"))
                        .toList()) all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return all.toString();
        }
    },
    POSTGRES {
        @Override
        public Store open(Path folder, List<Schema> schemas) {
            return Store.open(at(folder), new Name("node-1"), instance(), schemas);
        }

        @Override
        public String content(Path folder) {
            var all = new StringBuilder();
            var schema = schema(folder);
            for (var table :
                    PostgresServer.ask("SELECT tablename FROM pg_tables WHERE schemaname = '" + schema + "'"))
                for (var row : PostgresServer.ask("SELECT t::text FROM " + schema + "." + table + " t"))
                    all.append(table).append(row).append('\n');
            return all.toString();
        }
    };

    private static final Map<Path, String> SCHEMAS = new ConcurrentHashMap<>();
    private static final AtomicLong INSTANCES = new AtomicLong();

    /** Opens the database that belongs to a test's folder; the same one each time. */
    public abstract Store open(Path folder, List<Schema> schemas);

    /** Everything that the database holds, with what was written in it as it is. */
    public abstract String content(Path folder);

    public static Postgres at(Path folder) {
        return PostgresServer.at(schema(folder));
    }

    public static String schema(Path folder) {
        return SCHEMAS.computeIfAbsent(folder, _ -> PostgresServer.schema());
    }

    public static String instance() {
        return "test_" + ProcessHandle.current().pid() + "_" + INSTANCES.incrementAndGet();
    }
}
