package dev.writ.ledger;

import dev.writ.ledger.token.Token;
import dev.writ.ledger.verify.Handover;
import dev.writ.ledger.verify.Trust;
import dev.writ.ledger.verify.VerifierKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The change from a log's keys to their successors. The order makes every crash harmless: successors on disk, marker,
 * record under the old keys, last checkpoint of the old keys kept as a handover, old private keys overwritten, new ones
 * in their place. Until the handover is on disk the old keys are there; from then on a start completes the change.
 */
final class Rotation {
    private static final String MARKER = "rotating";

    private final String origin;
    private final Path keyFolder;
    private final Path next;
    private final Path handovers;
    private final Disk disk;
    private final SecureRandom random;
    private final Optional<Token> token;

    Rotation(String origin, Path keyFolder, Path logFolder, Disk disk, SecureRandom random, Optional<Token> token) {
        this.origin = origin;
        this.keyFolder = keyFolder;
        this.next = keyFolder.resolve("next");
        this.handovers = logFolder.resolve(Handover.FILE);
        this.disk = disk;
        this.random = random;
        this.token = token;
    }

    private KeyFolder keys(Path folder, boolean mayCreate) {
        return new KeyFolder(folder, disk, random, mayCreate, token);
    }

    List<Handover> handovers() throws IOException {
        if (!Files.exists(handovers)) return List.of();
        try {
            return Handover.parseAll(Files.readAllBytes(handovers));
        } catch (IllegalArgumentException | dev.writ.base.JsonError e) {
            throw new LedgerFailure(LedgerFailure.Code.DAMAGED, handovers + ": " + e.getMessage(), e);
        }
    }

    /** The successors' verifier keys; makes them when there are none yet. Nothing is signed by them. */
    Trust successors() throws IOException {
        var prepared = next.resolve(KeyFolder.fileName(VerifierKey.Type.ED25519.algorithm()));
        // Prepared before the settings named a token: nothing was signed by it, and another one is made there.
        if (token.isPresent() && !begun() && Files.exists(prepared)) {
            overwrite(prepared);
            disk.delete(prepared);
        }
        return new Trust(CheckpointSigner.in(keys(next, true), origin, VerifierKey.Type.OF_LOGS)
                .keys());
    }

    /** From here on a start looks for the record of the rotation. */
    void begin() throws IOException {
        disk.replace(next.resolve(MARKER), new byte[0]);
    }

    boolean begun() {
        return Files.exists(next.resolve(MARKER));
    }

    void abandon() throws IOException {
        disk.delete(next.resolve(MARKER));
    }

    /** Keeps the handover: from here on the successors are the log's keys. */
    void keep(Handover handover) throws IOException {
        var all = new ByteArrayOutputStream();
        for (var known : handovers()) all.writeBytes(known.line());
        all.writeBytes(handover.line());
        disk.replace(handovers, all.toByteArray());
    }

    /** Whether a handover is kept and its keys are not all in place yet. */
    boolean unfinished() throws IOException {
        return begun() && last().map(Handover::successors).equals(Optional.of(pending()));
    }

    Optional<Handover> last() throws IOException {
        var all = handovers();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** The keys that will be the log's: those that still wait, else those in place. */
    private Trust pending() throws IOException {
        var keys = new ArrayList<VerifierKey>();
        for (var type : VerifierKey.Type.OF_LOGS) {
            var folder = keys(next, false).has(type) ? next : keyFolder;
            keys.add(keys(folder, false).verifier(origin, type));
        }
        return new Trust(keys);
    }

    /** Destroys the old private keys and puts the new ones in their place; may be cut short and run again. */
    void replaceKeys() throws IOException {
        for (var type : VerifierKey.Type.OF_LOGS) {
            if (!keys(next, false).has(type)) continue;
            destroy(type);
            for (var name : names(type))
                if (Files.exists(next.resolve(name))) disk.rename(next.resolve(name), keyFolder.resolve(name));
            disk.forceFolder(keyFolder);
        }
        disk.delete(next.resolve(MARKER));
        disk.forceFolder(next);
    }

    private static List<String> names(VerifierKey.Type type) {
        return List.of(KeyFolder.fileName(type.algorithm()), KeyFolder.pointerName(type.algorithm()));
    }

    /** Where it is; one in a file stays as zeros only where the next one comes into its place. */
    private void destroy(VerifierKey.Type type) throws IOException {
        for (var name : names(type)) {
            var old = keyFolder.resolve(name);
            if (!Files.exists(old)) continue;
            if (name.equals(KeyFolder.pointerName(type.algorithm()))) {
                var pointer = TokenPointer.read(old);
                keys(keyFolder, false).holder(pointer).destroy(pointer.label());
            } else overwrite(old);
            if (!Files.exists(next.resolve(name))) disk.delete(old);
        }
    }

    /** In place, so that the blocks that held the key hold zeros. */
    private void overwrite(Path file) throws IOException {
        try (var channel = disk.open(file)) {
            disk.write(channel, file, ByteBuffer.allocate((int) channel.size()), 0);
            disk.force(channel, file);
        }
    }
}
