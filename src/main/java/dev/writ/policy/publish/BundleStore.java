package dev.writ.policy.publish;

import dev.writ.base.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Published bundles of one tenant in one folder, each in a file named after its digest, and {@code current}, which
 * names the one in force. Every file appears whole or not at all: written aside, made durable, renamed, and the
 * folder made durable. One writer at a time; {@link LivePolicies} sees to that.
 */
public final class BundleStore {
    private static final String CURRENT = "current";

    private final Path folder;

    public BundleStore(Path folder) {
        this.folder = folder;
    }

    /** Makes the bundle durable and, after that, the current one. */
    public void publish(Bundle bundle) {
        var bytes = bundle.bytes();
        var digest = Digest.of(bytes);
        try {
            Files.createDirectories(folder);
            if (!holds(digest, bytes)) write(file(digest), bytes);
            write(folder.resolve(CURRENT), (digest + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new PublishException(PublishException.Code.STORE, "the bundle cannot be stored", e);
        }
    }

    /** Makes an earlier bundle current again. */
    public Bundle rollBack(Digest digest) {
        var bundle = bundle(digest);
        publish(bundle);
        return bundle;
    }

    /**
     * The bundle in force; empty when none was ever published.
     *
     * @throws PublishException when there should be one and it is missing or altered
     */
    public Optional<Bundle> current() {
        try {
            var digest = Digest.parse(Files.readString(folder.resolve(CURRENT), StandardCharsets.US_ASCII)
                    .strip());
            return Optional.of(bundle(digest));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new PublishException(PublishException.Code.STORE, "the name of the current bundle cannot be read", e);
        }
    }

    public Bundle bundle(Digest digest) {
        try {
            return Bundle.read(Files.readAllBytes(file(digest)), digest);
        } catch (IOException e) {
            throw new PublishException(PublishException.Code.BUNDLE, "the bundle " + digest + " cannot be read", e);
        }
    }

    private boolean holds(Digest digest, byte[] bytes) throws IOException {
        var file = file(digest);
        return Files.exists(file) && java.util.Arrays.equals(Files.readAllBytes(file), bytes);
    }

    private Path file(Digest digest) {
        return folder.resolve(digest + ".json");
    }

    private void write(Path target, byte[] bytes) throws IOException {
        var aside = folder.resolve(target.getFileName() + ".new");
        try (var out = FileChannel.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) out.write(rest);
            out.force(true);
        }
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
