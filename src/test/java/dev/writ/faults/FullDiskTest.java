package dev.writ.faults;

import static dev.writ.walks.McpClient.isError;
import static dev.writ.walks.McpClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.guard.Presented;
import dev.writ.guard.control.Reply;
import dev.writ.ledger.Reserve;
import dev.writ.walks.Folders;
import dev.writ.walks.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes not one byte more: revocation holds, is kept in the reserve, and survives the restart. */
class FullDiskTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    @TempDir
    Path temp;

    @Test
    @Tag("extended") // mounts
    void aRevocationThatCouldBeWrittenNowhereSurvivesTheRestart() throws IOException {
        try (var disk = SmallDisk.of(temp.resolve("disk"), 96)) {
            var data = disk.path().resolve("data");
            var product = Product.start(data);
            try {
                var task = product.open(Product.TaskSpec.SUPPORT);
                var other = product.open(Product.TaskSpec.SUPPORT.of(Product.OTHER_BOT));
                var key = product.key(Product.BOT, task);
                var otherKey = product.key(Product.OTHER_BOT, other);
                var owner = product.caller(product.owner);
                try (var client = product.client(key, Product.SHOP)) {
                    assertThat(isError(client.call("get_order", ORDER))).isFalse();
                    disk.fill();
                    fail(product, client);
                    long before = product.calls();

                    var revoked = product.parts().control().tasks().revoke(owner, task.text(), "it misbehaves");
                    assertThat(revoked).isInstanceOf(Reply.Done.class);
                    assertThat(product.parts().control().agents().retire(owner, Product.OTHER_BOT.text()))
                            .isInstanceOf(Reply.Done.class);
                    assertThat(text(client.call("get_order", ORDER))).doesNotContain("1001");
                    assertThat(product.calls()).isEqualTo(before);
                }
                // The process ends as by a crash: nothing of it is closed. Its files are what is left.
                var left = temp.resolve("left");
                Folders.copy(data, left);
                try (var reserve = Reserve.open(left.resolve("reserve"))) {
                    assertThat(reserve.kept())
                            .extracting(record -> record.string("event").orElse(""))
                            .contains("task-revoked", "agent-retired");
                }
                var again = product.onceMore(left);
                try (var client = again.client(key, Product.SHOP)) {
                    assertThat(text(client.call("get_order", ORDER))).startsWith("REVOKED by Olga Owner");
                } finally {
                    assertThat(again.parts().guard().callerOf(Presented.bearer(otherKey)))
                            .isEmpty();
                    var late = again.records().stream()
                            .filter(record -> record.bool("late").orElse(false))
                            .map(record -> record.string("event").orElse(""))
                            .toList();
                    assertThat(late).contains("task-revoked", "agent-retired");
                    again.wiring.close();
                }
                // Recorded once: the next start finds the reserve empty.
                try (var reserve = Reserve.open(left.resolve("reserve"))) {
                    assertThat(reserve.kept()).isEmpty();
                }
                assertThat(dev.writ.ledger.verify.EvidenceVerifier.verify(left, Optional.empty(), Optional.empty())
                                .passed())
                        .isTrue();
            } finally {
                disk.makeRoom();
                close(product);
            }
        }
    }

    /** Calls until the full disk has refused a record; from then on nothing passes. */
    private static void fail(Product product, dev.writ.walks.McpClient client) {
        for (int i = 0; i < 100_000 && product.parts().ledger().closedBecause().isEmpty(); i++) {
            client.call("get_order", ORDER);
            try {
                product.parts().ledger().checkpoint(Product.TENANT);
            } catch (dev.writ.ledger.LedgerFailure e) {
                assertThat(e.code()).isEqualTo(dev.writ.ledger.LedgerFailure.Code.CLOSED);
            }
        }
        assertThat(product.parts().ledger().closedBecause()).isPresent();
    }

    private static void close(Product product) {
        try {
            product.close();
        } catch (RuntimeException e) {
            assertThat(e).hasMessage("not everything could be closed");
        }
    }

    @Test
    void aReserveKeepsWhatFitsAndTellsWhatDoesNot() throws IOException {
        var file = temp.resolve("reserve");
        var record = Json.object()
                .put("kind", "revocation")
                .put("text", "x".repeat(300_000))
                .build();
        try (var reserve = Reserve.open(file)) {
            assertThat(reserve.keep(record)).isTrue();
            assertThat(reserve.keep(record)).isTrue();
            assertThat(reserve.keep(record)).isTrue();
            assertThat(reserve.keep(record)).isFalse();
            assertThat(reserve.kept().equals(java.util.List.of(record, record, record)))
                    .isTrue();
        }
        // A torn frame ends what is kept; what is before it is whole.
        var bytes = Files.readAllBytes(file);
        bytes[500_000] ^= 1;
        Files.write(file, bytes);
        try (var reserve = Reserve.open(file)) {
            assertThat(reserve.kept().size()).isEqualTo(1);
            reserve.clear();
            assertThat(reserve.kept()).isEmpty();
            assertThat(reserve.keep(Json.object().put("kind", "revocation").build()))
                    .isTrue();
        }
        try (var reserve = Reserve.open(file)) {
            assertThat(reserve.kept()).hasSize(1);
        }
        Files.write(file, new byte[] {0, 0, 0, 4, 1, 2, 3, 4, 'n', 'u', 'l', 'l'});
        try (var reserve = Reserve.open(file)) {
            assertThat(reserve.kept()).isEmpty();
        }
    }

    @Test
    @Tag("extended") // mounts
    void aBackupThatFillsTheDiskLeavesNothingThatLooksWhole() throws IOException {
        var data = temp.resolve("data");
        var product = Product.start(data);
        try (var disk = SmallDisk.of(temp.resolve("disk"), 1)) {
            var whole = disk.path().resolve("backup");
            var ran = dev.writ.app.Programs.run(dev.writ.walks.Folders.command(
                    data, "backup", "--data", data.toString(), "--to", whole.toString()));
            assertThat(ran.exit()).isEqualTo(1);
            assertThat(ran.text()).contains("the backup could not be written").contains("data folder is as it was");
            assertThat(Files.exists(whole)).isFalse();
            disk.makeRoom();
        } finally {
            product.close();
        }
        assertThatThrownBy(() -> Files.size(temp.resolve("disk/backup"))).isInstanceOf(IOException.class);
    }
}
