package dev.writ.identity;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** What a browser says after a ceremony with a passkey; bytes of bounded size, believed by nobody yet. */
@SuppressWarnings("ArrayRecordComponent") // handed to the verifier once, never changed
public sealed interface PasskeyAnswer {
    int CLIENT_BYTES_MAX = 4 << 10;
    int ATTESTATION_BYTES_MAX = 16 << 10;
    int SIGNED_BYTES_MAX = 2 << 10;

    /** The browser's own account of what was asked and where (WebAuthn §5.8.1). */
    byte[] client();

    /** A passkey was made. */
    record Made(byte[] client, byte[] attestation) implements PasskeyAnswer {}

    /** A passkey was used. */
    record Used(String credential, byte[] client, byte[] authenticator, byte[] signature, Optional<byte[]> user)
            implements PasskeyAnswer {}

    static Optional<Made> made(String json) {
        return read(json).flatMap(answer -> {
            var client = bytes(answer, "client", CLIENT_BYTES_MAX);
            var attestation = bytes(answer, "attestation", ATTESTATION_BYTES_MAX);
            return client.isEmpty() || attestation.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Made(client.get(), attestation.get()));
        });
    }

    static Optional<Used> used(String json) {
        return read(json).flatMap(answer -> {
            var id = answer.string("id")
                    .filter(text -> text.matches("[A-Za-z0-9_-]{1," + Passkey.CREDENTIAL_CHARS_MAX + "}"));
            var client = bytes(answer, "client", CLIENT_BYTES_MAX);
            var authenticator = bytes(answer, "authenticator", SIGNED_BYTES_MAX);
            var signature = bytes(answer, "signature", SIGNED_BYTES_MAX);
            if (id.isEmpty() || client.isEmpty() || authenticator.isEmpty() || signature.isEmpty())
                return Optional.empty();
            var user = bytes(answer, "user", 64);
            return Optional.of(new Used(id.get(), client.get(), authenticator.get(), signature.get(), user));
        });
    }

    private static Optional<Json.Obj> read(String json) {
        if (json.length() > 40_000) return Optional.empty();
        try {
            return Optional.of(JsonReader.readObject(json.getBytes(StandardCharsets.UTF_8)));
        } catch (JsonError e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> bytes(Json.Obj answer, String name, int bytesMax) {
        var text = answer.string(name).orElse("");
        if (text.isEmpty() || text.length() > bytesMax * 4 / 3 + 2) return Optional.empty();
        try {
            return Optional.of(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
