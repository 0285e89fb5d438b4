package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What {@code connect} did to a file, kept beside the login so that it can be undone: the file as it was, a digest of it
 * as we left it, our entries, and the task if it was opened for this.
 *
 * @param before empty when the file did not exist
 */
record Connection(
        Path file, Optional<byte[]> before, Digest after, List<String> entries, String server, Optional<String> task) {
    private static final int BYTES_MAX = 32 << 20;

    /** Where the connection of a file is kept. */
    static Path place(Context context, Path file) {
        var name = Digest.of(file.toString().getBytes(UTF_8)).toString().substring(0, 32);
        return context.home().resolve("connect").resolve(name + ".json");
    }

    static Optional<Connection> of(Context context, Path file) {
        var place = place(context, file);
        if (!Files.exists(place)) return Optional.empty();
        try {
            var json = JsonReader.readObject(Input.file(place, BYTES_MAX));
            return Optional.of(new Connection(
                    file,
                    json.string("before").map(text -> Base64.getDecoder().decode(text)),
                    Digest.parse(json.string("after").orElse("")),
                    json.strings("entries"),
                    json.string("server").orElse(""),
                    json.string("task")));
        } catch (JsonError | IllegalArgumentException e) {
            throw new CliError(
                    Exit.FAILED,
                    place + " cannot be used",
                    String.valueOf(e.getMessage()),
                    "delete it and edit the file by hand");
        }
    }

    void keep(Context context) {
        var json = Json.object()
                .put("file", file.toString())
                .put("before", before.map(bytes -> Base64.getEncoder().encodeToString(bytes)))
                .put("after", after.toString())
                .put("entries", entries)
                .put("server", server)
                .put("task", task)
                .build();
        SafeFile.writeSecret(place(context, file), json.bytes());
    }

    void forget(Context context) {
        SafeFile.delete(place(context, file));
    }
}
