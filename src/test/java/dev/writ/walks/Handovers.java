package dev.writ.walks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/** Counts how often the MCP endpoint goes over to a virtual thread, as the JVM itself tells it. */
final class Handovers {
    private static final String STARTED = "jdk.VirtualThreadStart";

    private Handovers() {}

    static long during(Path folder, Runnable work) throws IOException {
        var file = Files.createTempFile(folder, "handovers", ".jfr");
        try (var recording = new Recording()) {
            recording.enable(STARTED);
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(STARTED))
                .map(event -> event.getThread().getJavaName())
                .filter(Handovers::ofTheEndpoint)
                .count();
    }

    /** The threads on which a call is answered that does not stay on the event loop, in the one era and the other. */
    private static boolean ofTheEndpoint(String name) {
        return name.equals("mcp-turn") || name.equals("mcp-answer");
    }
}
