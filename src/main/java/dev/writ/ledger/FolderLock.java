package dev.writ.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The claim of one process on a data folder; the operating system drops it when the process ends, however it ends. */
final class FolderLock {
    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    static FolderLock take(Path folder) {
        FileChannel channel;
        try {
            Files.createDirectories(folder);
            channel = FileChannel.open(
                    folder.resolve("ledger.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the data folder " + folder + " cannot be written to");
        }
        try {
            if (channel.tryLock() != null) return new FolderLock(channel);
        } catch (OverlappingFileLockException e) {
            close(channel);
            throw taken(folder, e);
        } catch (IOException e) {
            close(channel);
            throw LedgerFailure.of(e, "the data folder " + folder + " cannot be locked");
        }
        close(channel);
        throw taken(folder, null);
    }

    private static LedgerFailure taken(Path folder, @org.jspecify.annotations.Nullable Throwable cause) {
        return new LedgerFailure(
                LedgerFailure.Code.LOCKED,
                "the data folder " + folder + " is in use by another Writ; stop that one or choose another folder",
                cause);
    }

    void release() {
        close(channel);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw LedgerFailure.of(e, "the lock of the data folder cannot be given back");
        }
    }
}
