package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whole records dropped, swapped, doubled, spliced in or rewritten: found and named. */
class ChangedRecordsTest extends SmallLog {
    private Path bundle() {
        return log.resolve("tile/entries/000.p/6");
    }

    private List<byte[]> entries() {
        return new ArrayList<>(new LogFolder(log).entries(0, 6));
    }

    private void write(List<byte[]> entries) throws Exception {
        var out = new ByteArrayOutputStream();
        for (var entry : entries) {
            out.write(entry.length >>> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        Files.write(bundle(), out.toByteArray());
    }

    private String id(int index) {
        return dev.writ.base.JsonReader.readObject(entries().get(index))
                .string("id")
                .orElseThrow();
    }

    @Test
    void aDroppedRecordIsNamed() throws Exception {
        var entries = entries();
        entries.remove(3);
        write(entries);
        assertThat(verify().text()).contains("FAIL", "000.p/6: holds 5 of 6 entries");
    }

    @Test
    void swappedRecordsAreNamed() throws Exception {
        var first = id(1);
        var second = id(2);
        var entries = entries();
        java.util.Collections.swap(entries, 1, 2);
        write(entries);
        assertThat(verify().text())
                .contains("record 1 (" + second + ", approval) does not hash")
                .contains("record 2 (" + first + ", approval) does not hash");
    }

    @Test
    void aDuplicatedRecordIsNamed() throws Exception {
        var twin = id(1);
        var entries = entries();
        entries.set(2, entries.get(1));
        write(entries);
        assertThat(verify().text())
                .contains("record 2 (" + twin + ", approval) does not hash")
                .contains("has the id of record 1");
    }

    @Test
    void aRecordOfAnotherTenantIsNamed() throws Exception {
        var others = new LogFolder(data.resolve("ledger/globex/node-1")).entries(0, 6);
        var entries = entries();
        entries.set(0, others.get(5));
        write(entries);
        assertThat(verify().text()).contains("record 0 (", "does not hash", "is of tenant globex, not acme");
    }

    @Test
    void aChangedRecordIsNamedWithIndexIdAndKind() throws Exception {
        var intent = id(4);
        var entries = entries();
        entries.set(
                4, new String(entries.get(4), UTF_8).replace("permit", "refuse").getBytes(UTF_8));
        write(entries);
        assertThat(verify().text()).contains("record 4 (" + intent + ", intent) does not hash");
    }

    @Test
    void aRewrittenTreeFailsTheRootThatWasSigned() throws Exception {
        var entries = entries();
        entries.set(
                4, new String(entries.get(4), UTF_8).replace("permit", "refuse").getBytes(UTF_8));
        write(entries);
        var tile = new ByteArrayOutputStream();
        for (var entry : entries) tile.writeBytes(new TreeHash().leaf(entry));
        Files.write(log.resolve("tile/0/000.p/6"), tile.toByteArray());
        assertThat(verify().text()).contains("do not have the root that the checkpoint signs");
    }

    @Test
    void anotherTenantsLogInThisOnesPlaceIsFound() throws Exception {
        copyFolder(data.resolve("ledger/globex/node-1"), log);
        assertThat(verify().text()).contains("the checkpoint of acme/node-1 is of another log");
    }
}
