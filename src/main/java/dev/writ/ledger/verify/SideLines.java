package dev.writ.ledger.verify;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The side values of an export, {@code side-values.jsonl}: one object with index, name, value and salt to a line, in the
 * order of the log, so that one pass over both files is enough.
 */
final class SideLines implements LogVerifier.Reader, AutoCloseable {
    static final String FILE = "side-values.jsonl";

    @SuppressWarnings("ArrayRecordComponent") // handed over once
    private record Line(long index, String name, byte[] value, byte[] salt) {}

    private final Path file;
    private final BufferedReader in;
    private final Report report;
    private @Nullable Line next;
    private long number;
    private long held;

    SideLines(Path file, Report report) {
        this.file = file;
        this.report = report;
        try {
            this.in = Files.newBufferedReader(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        next = read(in, -1);
    }

    private static EvidenceFailure unreadable(Path file, IOException e) {
        return new EvidenceFailure(EvidenceFailure.Code.UNREADABLE, file, "cannot be read: " + e.getMessage(), e);
    }

    private @Nullable Line read(BufferedReader lines, long after) {
        try {
            var text = lines.readLine();
            if (text == null) return null;
            number++;
            var line = parsed(text);
            if (line.index < after) throw new IllegalArgumentException("is out of order");
            return line;
        } catch (IllegalArgumentException | JsonError e) {
            report.failed(file + ": line " + number + ": " + e.getMessage());
            return null;
        } catch (IOException e) {
            report.failed(file + ": line " + (number + 1) + ": " + e.getMessage());
            return null;
        }
    }

    private static Line parsed(String text) {
        if (!(JsonReader.read(text) instanceof Json.Obj line) || !line.text().equals(text))
            throw new IllegalArgumentException("is not one compact JSON object");
        if (!line.members()
                .keySet()
                .equals(Map.of("index", 0, "name", 0, "value", 0, "salt", 0).keySet()))
            throw new IllegalArgumentException("has other members than index, name, value and salt");
        return new Line(
                line.integer("index").orElse(-1L),
                line.string("name").orElse(""),
                Note.base64(line.string("value").orElse("")),
                Note.base64(line.string("salt").orElse("")));
    }

    @Override
    public void record(long index, Json.Obj record) {
        for (; next != null && next.index <= index; next = read(in, index)) {
            var line = Objects.requireNonNull(next);
            var objection = line.index < index
                    ? java.util.Optional.of("has no place for a side value")
                    : SideValues.objection(record, line.name, line.value, line.salt);
            objection.ifPresent(why -> report.failed(Story.name(index, record) + " " + why));
            if (objection.isEmpty()) held++;
        }
    }

    @Override
    public void end() {
        if (next != null) report.failed(file + ": line " + number + ": belongs to no record");
        report.held(held + " disclosed side values match what their records commit to");
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }
}
