package dev.writ.store;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file holds: it is a dump of our tables, or it is refused with a reason of ours. */
@Tag("fuzz")
class DumpFuzzTest {
    private static final List<Schema> NOTES = List.of(StoreTest.NOTES);
    private static Path file = Path.of("");

    @BeforeAll
    static void place() throws IOException {
        file = Files.createTempDirectory("dump-fuzz").resolve("state.dump");
    }

    static Stream<byte[]> seeds() throws IOException {
        var folder = Files.createTempDirectory("dump-seed");
        var dump = folder.resolve("state.dump");
        try (var store = Store.open(folder.resolve("writ.db"), NOTES)) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, 'one')"));
        }
        Dump.of(folder.resolve("writ.db"), dump, NOTES);
        return Stream.of(Files.readAllBytes(dump));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void aDumpIsOneOrIsRefused(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        try {
            var _ = DumpReader.of(file, reader -> reader.check(NOTES));
        } catch (StoreError e) {
            if (e.code() != StoreError.Code.CORRUPT && e.code() != StoreError.Code.WRONG_SCHEMA) throw e;
        }
    }
}
