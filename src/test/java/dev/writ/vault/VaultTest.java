package dev.writ.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.store.Databases;
import dev.writ.store.Disk;
import dev.writ.store.Store;
import dev.writ.store.StoreError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.writ.store.Databases#ofThisRun")
class VaultTest {
    private static final Name ACME = new Name("acme");
    private static final Name OTHER = new Name("other");
    private static final Name TOKEN = new Name("shop-token");
    private static final Secret CANARY = Secret.of("canary-4711-ключ");

    @Parameter
    Databases database;

    @TempDir
    Path folder;

    private Store store;
    private Vault vault;

    @BeforeEach
    void open() {
        store = database.open(folder, List.of(Vault.schema()));
        vault = vault();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aSecretComesBackAsItWasAlsoAfterARestart() {
        assertThat(vault.put(ACME, TOKEN, CANARY)).isEqualTo(new Keeping.Kept(1));
        assertThat(vault.reveal(ACME, TOKEN)).isEqualTo(new Keeping.Revealed(CANARY, 1));
        assertThat(vault().reveal(ACME, TOKEN)).isEqualTo(new Keeping.Revealed(CANARY, 1));
        assertThat(vault.put(ACME, TOKEN, Secret.of("other"))).isEqualTo(new Keeping.AlreadyExists());
    }

    @Test
    void neitherFilesNorTextsShowASecret() throws Exception {
        vault.put(ACME, TOKEN, CANARY);
        assertThat(vault.reveal(ACME, TOKEN).toString())
                .doesNotContain("canary")
                .contains("(secret)");
        assertThat(database.content(folder)).contains(TOKEN.text()).doesNotContain("canary");
        assertThat(Files.readString(folder.resolve("vault.key"), StandardCharsets.ISO_8859_1))
                .doesNotContain("canary");
    }

    @Test
    void aRotatedSecretReplacesTheOldOneAndADeletedOneIsGone() {
        assertThat(vault.rotate(ACME, TOKEN, CANARY)).isEqualTo(new Keeping.NotFound());
        vault.put(ACME, TOKEN, Secret.of("old"));
        assertThat(vault.rotate(ACME, TOKEN, CANARY)).isEqualTo(new Keeping.Kept(2));
        assertThat(vault().reveal(ACME, TOKEN)).isEqualTo(new Keeping.Revealed(CANARY, 2));
        assertThat(vault.names(ACME)).containsExactly(TOKEN);
        assertThat(vault.delete(ACME, TOKEN)).isEqualTo(new Keeping.Deleted());
        assertThat(vault.delete(ACME, TOKEN)).isEqualTo(new Keeping.NotFound());
        assertThat(vault().reveal(ACME, TOKEN)).isEqualTo(new Keeping.NotFound());
    }

    @Test
    void oneTenantDoesNotReachTheSecretsOfAnother() {
        vault.put(ACME, TOKEN, CANARY);
        assertThat(vault.reveal(OTHER, TOKEN)).isEqualTo(new Keeping.NotFound());
        assertThat(vault.rotate(OTHER, TOKEN, CANARY)).isEqualTo(new Keeping.NotFound());
        assertThat(vault.delete(OTHER, TOKEN)).isEqualTo(new Keeping.NotFound());
        assertThat(vault.names(OTHER)).isEmpty();
    }

    @Test
    void aRowMovedToAnotherTenantOrNameOrVersionDoesNotOpen() {
        for (var move : List.of("tenant = 'other'", "name = 'mail-token'", "version = 2")) {
            vault.put(ACME, TOKEN, CANARY);
            store.write(sql -> sql.change("UPDATE secrets SET " + move));
            var moved = vault();
            var tenant = move.startsWith("tenant") ? OTHER : ACME;
            var name = move.startsWith("name") ? new Name("mail-token") : TOKEN;
            fails(VaultError.Code.TAMPERED, () -> moved.reveal(tenant, name));
            moved.delete(tenant, name);
            vault = vault();
        }
    }

    @Test
    void oneFlippedBitAnywhereIsNoticed() {
        vault.put(ACME, TOKEN, CANARY);
        for (var column : List.of("wrapped", "sealed")) {
            var text = store.read(sql -> sql.rows("SELECT " + column + " AS c FROM secrets", row -> row.text("c")))
                    .getFirst();
            for (int i = 0; i < text.length() - 2; i += 7) {
                var flipped = text.substring(0, i) + (text.charAt(i) == 'A' ? 'B' : 'A') + text.substring(i + 1);
                store.write(sql -> sql.change("UPDATE secrets SET " + column + " = ?", flipped));
                fails(VaultError.Code.TAMPERED, () -> vault().reveal(ACME, TOKEN));
            }
            for (var garbage : List.of("", "AAAA", "not base64!")) {
                store.write(sql -> sql.change("UPDATE secrets SET " + column + " = ?", garbage));
                fails(VaultError.Code.TAMPERED, () -> vault().reveal(ACME, TOKEN));
            }
            store.write(sql -> sql.change("UPDATE secrets SET " + column + " = ?", text));
        }
        assertThat(vault().reveal(ACME, TOKEN)).isEqualTo(new Keeping.Revealed(CANARY, 1));
    }

    @Test
    void aMissingMasterKeyIsNamedAndNoNewOneIsMadeWhereSecretsExist() throws Exception {
        vault.put(ACME, TOKEN, CANARY);
        Files.delete(folder.resolve("vault.key"));
        fails(VaultError.Code.MASTER_KEY_MISSING, this::vault);
        assertThat(folder.resolve("vault.key")).doesNotExist();
    }

    @Test
    void anotherMasterKeyIsNamedAndNothingIsChanged() throws Exception {
        vault.put(ACME, TOKEN, CANARY);
        var right = Files.readString(folder.resolve("vault.key"));
        var wrong = "writ-master-key-v1 " + "A".repeat(43) + "=\n";
        Files.writeString(folder.resolve("vault.key"), wrong);
        fails(VaultError.Code.MASTER_KEY_WRONG, this::vault);
        Files.writeString(folder.resolve("vault.key"), right);
        assertThat(vault().reveal(ACME, TOKEN)).isEqualTo(new Keeping.Revealed(CANARY, 1));
    }

    @Test
    void aMalformedOrExposedMasterKeyIsNamed() throws Exception {
        var file = folder.resolve("vault.key");
        var right = Files.readString(file);
        for (var text : List.of("", "secret", right + right, right.substring(0, 40), right.replace("v1", "v2"))) {
            Files.writeString(file, text);
            fails(VaultError.Code.MASTER_KEY_MALFORMED, this::vault);
        }
        Files.writeString(file, right);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        fails(VaultError.Code.MASTER_KEY_EXPOSED, this::vault);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        vault();
    }

    @Test
    void theMasterKeyIsReadableByItsOwnerAloneAndMadeOnce() throws Exception {
        var file = folder.resolve("vault.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var first = Files.readString(file);
        vault();
        assertThat(Files.readString(file)).isEqualTo(first);
        assertThat(folder.resolve("vault.key.new")).doesNotExist();
        fails(
                VaultError.Code.UNREADABLE,
                () -> Vault.open(store, folder.resolve("no-such-folder"), new SecureRandom()));
    }

    @Test
    void aSecretThatCannotBeSavedIsNotThereAndOneThatCannotBeDeletedIsReported() {
        Disk.refuseWrites(store);
        assertThatThrownBy(() -> vault.put(ACME, TOKEN, CANARY)).isInstanceOf(StoreError.class);
        assertThat(vault.reveal(ACME, TOKEN)).isEqualTo(new Keeping.NotFound());
        Disk.acceptWrites(store);
        vault.put(ACME, TOKEN, CANARY);
        Disk.refuseWrites(store);
        assertThatThrownBy(() -> vault.delete(ACME, TOKEN)).isInstanceOf(StoreError.class);
        assertThat(vault.reveal(ACME, TOKEN)).isEqualTo(new Keeping.NotFound());
    }

    @Test
    void aSecretIsBounded() {
        for (var text : List.of("", "x".repeat(Vault.SECRET_BYTES_MAX + 1)))
            assertThatThrownBy(() -> vault.put(ACME, TOKEN, Secret.of(text)))
                    .isInstanceOf(IllegalArgumentException.class);
    }

    private Vault vault() {
        return Vault.open(store, folder, new SecureRandom());
    }

    private static void fails(VaultError.Code code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(VaultError.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
