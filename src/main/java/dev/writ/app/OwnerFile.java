package dev.writ.app;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * {@code cli/owner.json}: where Writ listens and the first person's credential, readable by its owner alone. The
 * credential is kept nowhere else in clear; a file that was removed is not made again.
 */
record OwnerFile(Path file) {

    /** The credential that an earlier start wrote. */
    Optional<Secret> key() {
        try {
            return JsonReader.readObject(Files.readAllBytes(file)).string("key").map(Secret::of);
        } catch (IOException | JsonError e) {
            return Optional.empty();
        }
    }

    /** Complete, or as it was before. */
    void write(URI url, Name tenant, Secret key) {
        write(url, tenant, key, Optional.empty());
    }

    /** @param certificate where the listener's own certificate is, which is trusted from here whoever made it */
    void write(URI url, Name tenant, Secret key, Optional<Path> certificate) {
        var text = Json.object()
                .put("url", url.toString())
                .put("tenant", tenant.text())
                .put("key", key.reveal())
                .put("certificate", certificate.map(path -> path.toAbsolutePath()
                        .toString()))
                .build();
        var fresh = file.resolveSibling("owner.json.new");
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            Files.deleteIfExists(fresh);
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = FileChannel.open(fresh, options, owner)) {
                for (var rest = ByteBuffer.wrap(text.bytes()); rest.hasRemaining(); ) channel.write(rest);
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StartFailure(file + " cannot be written", "make its folder writable for this user", e);
        }
    }
}
