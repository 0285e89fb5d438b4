package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.List;

/** The virtual threads that live now, by name; the JDK shows them in its own dump only. */
final class Threads {
    private Threads() {}

    static List<String> named(String prefix) {
        try {
            var file = Files.createTempFile("threads", ".json");
            Files.delete(file);
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
            var dump = JsonReader.readObject(Files.readString(file).getBytes(UTF_8));
            Files.delete(file);
            return dump
                    .object("threadDump")
                    .flatMap(all -> all.array("threadContainers"))
                    .orElseThrow()
                    .items()
                    .stream()
                    .flatMap(container -> ((Json.Obj) container).array("threads").orElseThrow().items().stream())
                    .map(thread -> ((Json.Obj) thread).string("name").orElse(""))
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
