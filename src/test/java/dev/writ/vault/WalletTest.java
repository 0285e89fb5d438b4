package dev.writ.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.store.Databases;
import dev.writ.store.Store;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.writ.store.Databases#ofThisRun")
class WalletTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Wallet.Place ERIN = place("acme", "per_erin", "shop");

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    private Store store;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(Vault.schema()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Wallet wallet() {
        return Vault.open(store, folder, new SecureRandom()).wallet();
    }

    private static Wallet.Place place(String tenant, String subject, String at) {
        return new Wallet.Place(new Name(tenant), subject, at);
    }

    private static Json.Obj value(String text) {
        return Json.object().put("access", text).build();
    }

    @Test
    void whatIsHeldOutlivesARestart() {
        wallet().keep(ERIN, value("one"), NOW);
        assertThat(wallet().open(ERIN)).contains(value("one"));
        assertThat(wallet().forget(ERIN)).isTrue();
        assertThat(wallet().open(ERIN)).isEmpty();
    }

    /** Attack 25: no order of keeping, replacing and forgetting shows one subject what is another's. */
    @Test
    void noInterleavingYieldsAnothersToken() {
        var random = new Random(25);
        var model = new HashMap<Wallet.Place, Json.Obj>();
        var wallet = wallet();
        for (int step = 0; step < 600; step++) {
            var place = place(
                    random.nextBoolean() ? "acme" : "other",
                    random.nextBoolean() ? "per_erin" : "per_dana",
                    random.nextBoolean() ? "shop" : "mail");
            switch (random.nextInt(3)) {
                case 0 -> {
                    wallet.keep(place, value("token-" + step), NOW);
                    model.put(place, value("token-" + step));
                }
                case 1 -> assertThat(wallet.forget(place)).isEqualTo(model.remove(place) != null);
                default -> assertThat(wallet.open(place)).isEqualTo(Optional.ofNullable(model.get(place)));
            }
        }
        assertThat(model).isNotEmpty();
        var again = wallet();
        model.forEach((place, value) -> assertThat(again.open(place)).contains(value));
    }

    @Test
    void aRowThatIsMovedToAnotherSubjectServerOrTenantOpensThereForNobody() {
        wallet().keep(ERIN, value("erins"), NOW);
        for (var change : List.of("subject = 'per_dana'", "place = 'mail'", "tenant = 'other'", "version = 2")) {
            store.write(sql -> sql.change("UPDATE wallet SET " + change));
            var moved = wallet();
            for (var tenant : List.of("acme", "other"))
                for (var subject : List.of("per_erin", "per_dana"))
                    for (var at : List.of("shop", "mail")) {
                        var place = place(tenant, subject, at);
                        if (moved.holds(place))
                            assertThatThrownBy(() -> moved.open(place))
                                    .isInstanceOf(VaultError.class)
                                    .hasMessageNotContaining("erins");
                    }
            wallet().keep(ERIN, value("erins"), NOW);
            store.write(sql -> sql.change(
                    "DELETE FROM wallet WHERE subject <> 'per_erin' OR place <> 'shop' OR tenant <> 'acme'"));
        }
    }

    @Test
    void aReplayTakesNothingThatCameLater() {
        var wallet = wallet();
        wallet.keep(ERIN, value("new"), NOW);
        assertThat(wallet.forget(ERIN, NOW.minusSeconds(1))).isFalse();
        assertThat(wallet.open(ERIN)).contains(value("new"));
        assertThat(wallet.forget(ERIN, NOW)).isTrue();
    }
}
