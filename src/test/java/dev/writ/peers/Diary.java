package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What an odd server wrote down: its processes, and every message that it received. */
record Diary(Path file) {
    static Diary in(Path folder, String name) {
        return new Diary(folder.resolve(name + ".diary"));
    }

    List<String> lines() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Json.Obj> heard() {
        return lines().stream()
                .filter(line -> line.startsWith("{"))
                .map(line -> JsonReader.readObject(line.getBytes(UTF_8)))
                .toList();
    }

    List<Json.Obj> heard(String method) {
        return heard().stream()
                .filter(message -> message.string("method").equals(Optional.of(method)))
                .toList();
    }

    List<Long> pids() {
        return lines().stream()
                .filter(line -> line.startsWith("pid "))
                .map(line -> Long.parseLong(line.substring(4)))
                .toList();
    }

    /** Whether no process of the server runs any more; one that only waits to be collected does not run. */
    boolean gone() {
        return pids().stream().noneMatch(Diary::runs);
    }

    private static boolean runs(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return !stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false;
        }
    }
}
