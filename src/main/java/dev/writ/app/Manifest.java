package dev.writ.app;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Visible;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code manifest.json} of a backup: every file with its length and digest, written last. A folder without one is no
 * backup; a file more, less or other than it says refuses the whole.
 *
 * @param made when the backup was made
 * @param version of Writ that made it
 * @param keys whether the keys came along
 */
record Manifest(Instant made, String version, boolean keys, List<Entry> files) {
    static final String FILE = "manifest.json";
    private static final String FORM = "writ-backup-v1";
    private static final int FILES_MAX = 5_000_000;
    private static final int BYTES_MAX = 1 << 30;
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._@-]+(/[A-Za-z0-9._@-]+)*");

    /** One file, by its path inside the backup. */
    record Entry(String path, long bytes, Digest digest) {
        Entry {
            // It comes from outside: nothing that leads out of the folder, nothing hidden.
            if (!PATH.matcher(path).matches()
                    || List.of(path.split("/")).stream().anyMatch(p -> p.matches("[.]+")))
                throw new IllegalArgumentException("not a path inside a backup: " + Visible.text(path, 100));
        }
    }

    Manifest {
        files = List.copyOf(files);
    }

    /** What a folder holds. */
    static Manifest of(Path folder, Instant made, boolean keys) throws IOException {
        var entries = new ArrayList<Entry>();
        for (var file : Copies.files(folder))
            entries.add(new Entry(folder.relativize(file).toString(), Files.size(file), Copies.digest(file)));
        return new Manifest(made, Version.TEXT, keys, entries);
    }

    byte[] bytes() {
        var list = files.stream()
                .<Json>map(file -> Json.object()
                        .put("path", file.path)
                        .put("bytes", file.bytes)
                        .put("sha256", file.digest.toString())
                        .build())
                .toList();
        return Json.object()
                .put("form", FORM)
                .put("made", made.toString())
                .put("version", version)
                .put("keys", keys)
                .put("files", new Json.Arr(list))
                .build()
                .bytes();
    }

    /** Reads the manifest of a folder and holds every file against it. */
    static Manifest checked(Path folder) throws IOException {
        var manifest = read(folder);
        var expected = new HashSet<String>();
        for (var file : manifest.files) {
            var path = folder.resolve(file.path);
            expected.add(file.path);
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) throw altered(file.path + " is missing");
            if (Files.size(path) != file.bytes || !Copies.digest(path).equals(file.digest))
                throw altered(file.path + " is not what was backed up");
        }
        for (var path : Copies.files(folder)) {
            var name = folder.relativize(path).toString();
            if (!name.equals(FILE) && !expected.contains(name))
                throw altered(Visible.text(name, 200) + " was not backed up");
        }
        return manifest;
    }

    private static Manifest read(Path folder) throws IOException {
        var file = folder.resolve(FILE);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
            throw new StartFailure(
                    folder + " is no backup: it has no " + FILE, "give the folder that writ backup made", null);
        if (Files.size(file) > BYTES_MAX) throw altered(FILE + " is too large");
        try {
            var json = JsonReader.readObject(Files.readAllBytes(file), FILES_MAX);
            if (!json.string("form").orElse("").equals(FORM)) throw altered(FILE + " is of another form than " + FORM);
            var files = new ArrayList<Entry>();
            for (var each : json.array("files").orElseThrow().items())
                if (each instanceof Json.Obj entry)
                    files.add(new Entry(
                            entry.string("path").orElseThrow(),
                            entry.integer("bytes").orElseThrow(),
                            Digest.parse(entry.string("sha256").orElseThrow())));
            return new Manifest(
                    Instant.parse(json.string("made").orElseThrow()),
                    json.string("version").orElseThrow(),
                    json.bool("keys").orElseThrow(),
                    files);
        } catch (JsonError
                | IllegalArgumentException
                | java.util.NoSuchElementException
                | java.time.DateTimeException e) {
            throw altered(FILE + " cannot be understood");
        }
    }

    private static StartFailure altered(String what) {
        return new StartFailure(
                "this backup was altered or is not whole: " + what, "use another backup; nothing was written", null);
    }
}
