package dev.writ.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an address of a database may be, and what it must never carry. */
class PostgresAddressTest {
    private static Postgres at(String url) {
        return new Postgres(url, Optional::empty);
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db.corp/writ?user=w, verify-full",
        "jdbc:postgresql://10.0.0.7:6543/writ?user=w, verify-full",
        "jdbc:postgresql://[2001:db8::1]:5432/writ?user=w, verify-full",
        "'jdbc:postgresql://127.0.0.1:1,db.corp:2/writ?user=w', verify-full",
        "jdbc:postgresql://127.0.0.1.evil.example/writ?user=w, verify-full",
        "jdbc:postgresql://localhost.evil.example/writ?user=w, verify-full",
        "jdbc:postgresql://localhost/writ?user=w, disable",
        "jdbc:postgresql://127.0.0.1:5432/writ?user=w, disable",
        "jdbc:postgresql://[::1]:5432/writ?user=w, disable",
    })
    void whatLeavesTheMachineIsEncryptedAndVerified(String url, String mode) {
        assertThat(at(url).sslModeByDefault()).contains(mode);
        assertThat(at(url + "&sslmode=require").sslModeByDefault()).isEmpty();
    }

    @Test
    void anAddressIsShownWithoutRoleAndParameters() {
        var database = at("jdbc:postgresql://db.corp:5432/writ?user=w&sslcert=/etc/c&currentSchema=s");
        assertThat(database.shown()).isEqualTo("PostgreSQL at db.corp:5432/writ");
        assertThat(database).hasToString("PostgreSQL at db.corp:5432/writ");
        assertThat(database.role()).isEqualTo("w");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db/writ?user=w&passfile=/etc/passwd",
                "jdbc:postgresql://db/writ?user=w&sslfactory=evil.Factory",
                "jdbc:postgresql://db/writ?user=w&sslhostnameverifier=evil.Verifier",
                "jdbc:postgresql://db/writ?user=w&authenticationPluginClassName=evil.Plugin",
                "jdbc:postgresql://db/writ?user=w&options=-c%20synchronous_commit=off",
                "jdbc:postgresql://db/writ?user=w&service=other",
                "jdbc:postgresql://db/writ?user=w#fragment&x",
                "jdbc:postgresql://db/wr\nit?user=w",
                "jdbc:postgresql://db/writ?user=",
                "jdbc:postgresql://db/writ?sslmode=disable",
                "jdbc:postgresql://db/writ?user=w&sslmode=allow",
                "jdbc:postgresql://db/writ?user=w&sslmode=Verify-Full",
                "jdbc:postgresql:writ?user=w",
                "jdbc:sqlite:/etc/passwd",
                "postgresql://db/writ?user=w",
                ""
            })
    void whatIsNotAnAddressIsRefused(String url) {
        assertThatThrownBy(() -> at(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDatabaseMayBeCalledPassword() {
        assertThat(at("jdbc:postgresql://db/passwords?user=w").shown()).endsWith("/passwords");
    }
}
