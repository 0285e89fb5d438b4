package dev.writ.storm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a process holds, as the kernel tells (proc(5)).
 *
 * @param residentKb what lies in memory
 * @param descriptors open files and sockets
 */
record Vitals(long residentKb, int threads, int descriptors, int sockets, int children) {
    static Vitals of(long pid) {
        try {
            var proc = Path.of("/proc/" + pid);
            long resident = 0;
            int threads = 0;
            for (var line : Files.readAllLines(proc.resolve("status"))) {
                if (line.startsWith("VmRSS:")) resident = number(line);
                if (line.startsWith("Threads:")) threads = (int) number(line);
            }
            int descriptors = 0;
            int sockets = 0;
            try (var open = Files.newDirectoryStream(proc.resolve("fd"))) {
                for (var descriptor : open) {
                    descriptors++;
                    if (isSocket(descriptor)) sockets++;
                }
            }
            int children = (int) ProcessHandle.of(pid)
                    .map(handle -> handle.descendants().count())
                    .orElse(0L)
                    .longValue();
            return new Vitals(resident, threads, descriptors, sockets, children);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed since it was listed
        }
    }

    private static long number(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%7.1f MB  %4d threads  %4d descriptors  %4d sockets  %3d processes",
                residentKb / 1024.0,
                threads,
                descriptors,
                sockets,
                children);
    }
}
