package dev.writ.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A book of one word, {@code on} or {@code off}. */
@ParameterizedClass
@EnumSource(Databases.class)
class BookTest {
    private static final Schema LAMP =
            new Schema("lamp", List.of("CREATE TABLE lamp (state text); INSERT INTO lamp (state) VALUES ('on')"));

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    private Store store;
    private Book<String> book;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(LAMP));
        book = new Book<>(store, "on");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aCommandIsDurableBeforeItIsSeen() {
        assertThat(book.<String>command(_ -> Plan.of("done", to("off")))).isEqualTo("done");
        assertThat(book.now()).isEqualTo("off").isEqualTo(saved());
    }

    @Test
    void aCommandThatCannotBeSavedIsNeverSeen() {
        Disk.refuseWrites(store);
        assertThatThrownBy(() -> book.command(_ -> Plan.of("done", to("off")))).isInstanceOf(StoreError.class);
        assertThat(book.now()).isEqualTo("on").isEqualTo(saved());
    }

    @Test
    void whatIsAtOnceIsSeenAndAnnouncedWhileTheDiskStands() throws Exception {
        var announced = new CountDownLatch(1);
        Thread revoker;
        try (var stall = Disk.stall(store)) {
            revoker = Thread.startVirtualThread(
                    () -> book.atOnce(_ -> Plan.of("done", to("off")), _ -> announced.countDown()));
            announced.await();
            assertThat(book.now()).isEqualTo("off");
        }
        revoker.join();
        assertThat(saved()).isEqualTo("off");
    }

    @Test
    void whatIsAtOnceStaysWhenTheDiskFailsAndIsSavedBeforeTheNextCommand() {
        Disk.refuseWrites(store);
        var answer = book.atOnce(_ -> Plan.of("done", to("off")), _ -> {});
        assertThat(answer.unsaved()).isPresent();
        assertThatThrownBy(answer::saved).isInstanceOf(StoreError.class);
        assertThatThrownBy(book::settle).isInstanceOf(StoreError.class);
        assertThat(book.now()).isEqualTo("off");
        assertThat(saved()).isEqualTo("on");
        Disk.acceptWrites(store);
        assertThat(book.<String>command(Plan::nothing)).isEqualTo("off");
        assertThat(saved()).isEqualTo("off");
    }

    @Test
    void aCommandPlannedBeforeARevocationAndSavedAfterItCannotUndoIt() throws Exception {
        var planned = new CountDownLatch(1);
        var announced = new CountDownLatch(1);
        Thread widening;
        Thread revoker;
        try (var stall = Disk.stall(store)) {
            widening = Thread.startVirtualThread(() -> book.command(_ -> {
                planned.countDown();
                return Plan.of("done", to("on"));
            }));
            planned.await();
            revoker = Thread.startVirtualThread(
                    () -> book.atOnce(_ -> Plan.of("done", to("off")), _ -> announced.countDown()));
            announced.await();
        }
        widening.join();
        revoker.join();
        assertThat(book.now()).isEqualTo("off").isEqualTo(saved());
    }

    @Test
    void aFailingAnnouncementDoesNotKeepTheChangeFromBeingSaved() {
        assertThatThrownBy(() -> book.atOnce(_ -> Plan.of("done", to("off")), _ -> {
                    throw new ArithmeticException("listener");
                }))
                .isInstanceOf(ArithmeticException.class);
        assertThat(book.now()).isEqualTo("off").isEqualTo(saved());
    }

    @Test
    void manyChangesOfBothKindsLeaveMemoryAndDatabaseTheSame() throws Exception {
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 100; i++) {
            var word = "state-" + i;
            boolean atOnce = i % 3 == 0;
            all.add(CompletableFuture.runAsync(() -> {
                if (atOnce) book.atOnce(_ -> Plan.of(0, to(word)), _ -> {});
                else book.command(_ -> Plan.of(0, to(word)));
            }));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        assertThat(book.now()).isEqualTo(saved()).startsWith("state-");
    }

    private static Change<String> to(String state) {
        return Change.of(_ -> state, sql -> sql.changeOne("UPDATE lamp SET state = ?", state));
    }

    private String saved() {
        return store.read(sql -> sql.rows("SELECT state FROM lamp", row -> row.text("state")))
                .getFirst();
    }
}
