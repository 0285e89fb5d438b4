package dev.writ.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file system of its own that can be filled to the last byte. Needs the right to mount, as root has it. */
final class SmallDisk implements AutoCloseable {
    private final Path at;

    private SmallDisk(Path at) {
        this.at = at;
    }

    static SmallDisk of(Path at, int megabytes) throws IOException {
        Files.createDirectories(at);
        run(List.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", at.toString()));
        return new SmallDisk(at);
    }

    Path path() {
        return at;
    }

    /** Fills it: afterwards nothing takes another byte. */
    void fill() throws IOException {
        var block = new byte[1 << 16];
        try (var out = Files.newOutputStream(at.resolve("filler"), StandardOpenOption.CREATE_NEW)) {
            for (int size = block.length; size > 0; ) {
                try {
                    out.write(block, 0, size);
                } catch (IOException e) {
                    size /= 2; // full for this much; smaller pieces may still fit
                }
            }
        }
    }

    void makeRoom() throws IOException {
        Files.deleteIfExists(at.resolve("filler"));
    }

    private static void run(List<String> words) throws IOException {
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(true).start();
            var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) throw new IOException(String.join(" ", words) + ": " + said.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        run(List.of("umount", at.toString()));
    }
}
