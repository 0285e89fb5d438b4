package dev.writ.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Everything the ledger does to files that could fail, in one place, so that a test can let any of it fail. A failed
 * sync is never tried again: the kernel may have dropped what it could not write and call the next sync a success.
 */
final class Disk {
    /** One step that changes or syncs a file. */
    enum Step {
        OPEN,
        WRITE,
        FORCE,
        RENAME,
        DELETE
    }

    /** Stands before every step; may throw, or allow only the first bytes of a write, which then fails. */
    @FunctionalInterface
    interface Faults {
        int before(Step step, Path file, int bytes) throws IOException;
    }

    static final Disk REAL = new Disk((_, _, bytes) -> bytes);

    /** NIO keeps a direct buffer as large as the largest write for every thread: writes come in slices. */
    private static final int SLICE_BYTES = 1 << 20;

    private static final int FORCES_AT_ONCE = 16;

    private final Faults faults;

    Disk(Faults faults) {
        this.faults = faults;
    }

    /** Opens for reading and writing and creates what is missing. */
    FileChannel open(Path file) throws IOException {
        faults.before(Step.OPEN, file, 0);
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    void write(FileChannel channel, Path file, ByteBuffer bytes, long from) throws IOException {
        int asked = bytes.remaining();
        int allowed = faults.before(Step.WRITE, file, asked);
        int end = bytes.limit();
        long at = from;
        int last = bytes.position() + Math.min(allowed, asked);
        while (bytes.position() < last) {
            bytes.limit(Math.min(last, bytes.position() + SLICE_BYTES));
            at += channel.write(bytes, at);
        }
        bytes.limit(end);
        if (allowed < asked) throw new IOException("only " + allowed + " of " + asked + " bytes were written");
    }

    /** Syncs content, and of the inode only what reading it back needs. */
    void force(FileChannel channel, Path file) throws IOException {
        faults.before(Step.FORCE, file, 0);
        channel.force(false);
    }

    /** Writes a whole file; it is durable only once it was forced. */
    void create(Path file, byte[] content) throws IOException {
        create(file, ByteBuffer.wrap(content));
    }

    /** As the other one. */
    void create(Path file, ByteBuffer content) throws IOException {
        faults.before(Step.OPEN, file, 0);
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(channel, file, content, 0);
        }
    }

    private void force(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            force(channel, file);
        }
    }

    /**
     * Makes files durable, several at a time: they then share the commits of the file system's journal. One after the
     * other, some 300 small files a second was all that ext4 gave, and the whole ledger waited for it.
     */
    void forceAll(List<Path> files) throws IOException {
        if (files.size() <= FORCES_AT_ONCE) {
            for (var file : files) force(file);
            return;
        }
        try (var pool = Executors.newFixedThreadPool(FORCES_AT_ONCE)) {
            var forced = new ArrayList<Future<Boolean>>();
            for (var file : files)
                forced.add(pool.submit(() -> {
                    force(file);
                    return true;
                }));
            for (var one : forced) one.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) throw failed;
            throw new IllegalStateException("a file could not be forced", e.getCause());
        } catch (InterruptedException e) {
            throw new IOException("interrupted while files were made durable", e);
        }
    }

    /** Puts a new content in the place of a file: afterwards, whatever happens, it holds the old one or the new one. */
    void replace(Path file, byte[] content) throws IOException {
        var fresh = sibling(file);
        create(fresh, content);
        force(fresh);
        rename(fresh, file);
        forceFolder(folderOf(file));
    }

    /** As replace, readable by the owner alone from its first moment. */
    void replaceSecret(Path file, byte[] content) throws IOException {
        var fresh = sibling(file);
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        create(fresh, content);
        force(fresh);
        rename(fresh, file);
        forceFolder(folderOf(file));
    }

    private static Path sibling(Path file) {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    private static Path folderOf(Path file) {
        return java.util.Objects.requireNonNull(file.getParent(), "a file of the ledger lies in a folder");
    }

    void rename(Path from, Path to) throws IOException {
        faults.before(Step.RENAME, to, 0);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    void delete(Path file) throws IOException {
        faults.before(Step.DELETE, file, 0);
        Files.deleteIfExists(file);
    }

    /** Makes names in a folder durable. */
    void forceFolder(Path folder) throws IOException {
        faults.before(Step.FORCE, folder, 0);
        try (var channel = FileChannel.open(folder, Set.of(StandardOpenOption.READ))) {
            channel.force(true);
        }
    }

    /** Creates a folder and its parents, durably. */
    void createFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) return;
        var parent = folder.getParent();
        if (parent != null) createFolders(parent);
        faults.before(Step.OPEN, folder, 0);
        if (!Files.isDirectory(folder)) Files.createDirectory(folder);
        if (parent != null) forceFolder(parent);
    }
}
