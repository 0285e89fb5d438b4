package dev.writ.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a database for one store. The lock is the operating system's, on a file beside the database, so it ends with
 * the process however that ends.
 *
 * <p>Load-bearing: a second store in the same process must be refused before the lock file is opened, for closing any
 * descriptor of a file gives up all POSIX locks that the process has on it (POSIX fcntl, "F_SETLK").
 */
final class Lock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private Lock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static Lock of(Path database) throws IOException {
        var real = database.toRealPath();
        var file = real.resolveSibling(real.getFileName() + ".lock");
        if (!HELD_HERE.add(file)) throw held(database);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) throw held(database);
            return new Lock(file, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) channel.close();
            HELD_HERE.remove(file);
            throw e;
        }
    }

    private static StoreError held(Path database) {
        return new StoreError(
                StoreError.Code.LOCKED,
                database + " is in use by another Writ process; stop that one, or choose another data folder");
    }

    @Override
    public void close() {
        // Closed twice, it must not let go of what another store holds by now.
        if (!channel.isOpen()) return;
        try {
            channel.close();
        } catch (IOException e) {
            throw new StoreError(StoreError.Code.FAILED, "cannot release " + file, e);
        } finally {
            HELD_HERE.remove(file);
        }
    }
}
