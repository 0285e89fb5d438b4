package dev.writ.store;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Makes the real database misbehave in real ways. */
public final class Disk {
    private Disk() {}

    /** From now on SQLite refuses every change of every table. */
    public static void refuseWrites(Store store) {
        store.write(sql -> {
            for (var table : tables(sql))
                for (var verb : List.of("INSERT", "UPDATE", "DELETE"))
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

    public static void acceptWrites(Store store) {
        store.write(sql -> {
            for (var table : tables(sql))
                for (var verb : List.of("INSERT", "UPDATE", "DELETE"))
                    sql.change("DROP TRIGGER temp.refuse_" + table + verb);
            return 0;
        });
    }

    private static List<String> tables(Sql sql) throws SQLException {
        return sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'", row -> row.text("name"));
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
