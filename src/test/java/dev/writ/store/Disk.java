package dev.writ.store;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Makes the real database misbehave in real ways. */
public final class Disk {
    private Disk() {}

    /** From now on the database refuses every change of every table. */
    public static void refuseWrites(Store store) {
        if (onSqlite(store)) refuseOnSqlite(store);
        else refuseOnPostgres(store);
    }

    public static void acceptWrites(Store store) {
        boolean sqlite = onSqlite(store);
        store.write(sql -> {
            for (var table : tables(sql, sqlite)) {
                if (!sqlite) sql.change("DROP TRIGGER refuse ON " + table);
                else for (var verb : VERBS) sql.change("DROP TRIGGER temp.refuse_" + table + verb);
            }
            return 0;
        });
    }

    private static final List<String> VERBS = List.of("INSERT", "UPDATE", "DELETE");

    private static void refuseOnSqlite(Store store) {
        store.write(sql -> {
            for (var table : tables(sql, true))
                for (var verb : VERBS)
                    sql.change("CREATE TEMP TRIGGER refuse_" + table + verb + " BEFORE " + verb + " ON main." + table
                            + " BEGIN SELECT RAISE(ABORT, 'refused'); END");
            return 0;
        });
    }

    /** As {@link #refuseWrites} for a store whose transactions end with a note of their own, which must not be the one. */
    public static void refuseWritesFromNowOn(Store store) {
        for (int i = 0; i < 100; i++) {
            try {
                store.write(_ -> 0);
                refuseWrites(store);
                return;
            } catch (StoreError e) {
                if (e.code() != StoreError.Code.CONFLICT) throw e;
            }
        }
        throw new AssertionError("the store would not be made to refuse");
    }

    private static void refuseOnPostgres(Store store) {
        store.write(sql -> {
            sql.change("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                    + " 'BEGIN RAISE EXCEPTION ''refused'' USING ERRCODE = ''23514''; END'");
            for (var table : tables(sql, false))
                sql.change("CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON " + table
                        + " EXECUTE FUNCTION refuse()");
            return 0;
        });
    }

    private static boolean onSqlite(Store store) {
        try {
            return store.read(sql -> sql.rows("SELECT sqlite_version() AS v", row -> row.text("v")))
                            .size()
                    == 1;
        } catch (StoreError e) {
            return false;
        }
    }

    private static List<String> tables(Sql sql, boolean sqlite) throws SQLException {
        return sql.rows(
                sqlite
                        ? "SELECT name FROM sqlite_master WHERE type = 'table'"
                        // The lease is the store's own and goes on.
                        : "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
                                + " AND tablename <> 'lease'",
                row -> row.text("name"));
    }

    /** Holds the only writer inside a transaction until it is let go. */
    public static Stall stall(Store store) throws InterruptedException {
        var stall = new Stall();
        var inside = new CountDownLatch(1);
        stall.thread = Thread.startVirtualThread(() -> store.write(sql -> {
            inside.countDown();
            stall.await();
            return 0;
        }));
        inside.await();
        return stall;
    }

    /** A writer that waits. */
    public static final class Stall implements AutoCloseable {
        private final CountDownLatch released = new CountDownLatch(1);
        private Thread thread = Thread.currentThread();

        private void await() {
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws InterruptedException {
            released.countDown();
            thread.join();
        }
    }
}
