package dev.writ.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.ledger.verify.Checkpoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a witness remembers: of each log the latest checkpoint that it cosigned, one file each. Remembering is durable
 * before it returns; a file that cannot be read stops the witness from signing for that log, for it might be a fork.
 */
final class Memory implements AutoCloseable {
    /** What stands between a step and the disk, so that a test can end everything there. */
    @FunctionalInterface
    interface Steps {
        void before(String step) throws IOException;
    }

    private final Path folder;
    private final Steps steps;
    private final FileChannel lock;

    Memory(Path folder, Steps steps) {
        this.folder = folder;
        this.steps = steps;
        try {
            Files.createDirectories(folder);
            this.lock = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock taken;
            try {
                taken = lock.tryLock();
            } catch (OverlappingFileLockException e) {
                taken = null;
            }
            if (taken == null) {
                lock.close();
                throw new WitnessFailure(WitnessFailure.Code.FOLDER, folder + " is in use by another witness", null);
            }
        } catch (IOException e) {
            throw new WitnessFailure(WitnessFailure.Code.FOLDER, folder + " cannot be written to: " + e, e);
        }
    }

    private Path file(String originHash) {
        return folder.resolve(originHash);
    }

    /** tlog-witness, "Monitor Retrieval Mechanism": the SHA-256 of the origin in lower-case hexadecimal. */
    static String name(String origin) {
        return Digest.of(origin.getBytes(UTF_8)).toString();
    }

    Optional<Checkpoint> latest(String origin) {
        var found = kept(name(origin));
        if (found.filter(kept -> !kept.origin().equals(origin)).isPresent())
            throw new WitnessFailure(WitnessFailure.Code.STATE, file(name(origin)) + " is of another log", null);
        return found;
    }

    /** By the hash of the origin, for whoever asks for it. */
    Optional<Checkpoint> kept(String originHash) {
        var file = file(originHash);
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(Checkpoint.parseExtended(Files.readAllBytes(file)));
        } catch (IOException | IllegalArgumentException e) {
            throw new WitnessFailure(
                    WitnessFailure.Code.STATE,
                    file + " cannot be used; put it back from a backup: " + e.getMessage(),
                    e);
        }
    }

    /** Afterwards, whatever happens, this is what is remembered; while it runs, this or what was before. */
    void remember(Checkpoint checkpoint) {
        var file = file(name(checkpoint.origin()));
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            steps.before("write");
            try (var channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                var bytes = java.nio.ByteBuffer.wrap(checkpoint.bytes());
                while (bytes.hasRemaining()) channel.write(bytes);
                steps.before("force");
                channel.force(true);
            }
            steps.before("rename");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            steps.before("force folder");
            try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
            steps.before("done");
        } catch (IOException e) {
            throw new WitnessFailure(WitnessFailure.Code.FOLDER, file + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new WitnessFailure(WitnessFailure.Code.FOLDER, "the folder's lock cannot be given back", e);
        }
    }
}
