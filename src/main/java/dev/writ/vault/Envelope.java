package dev.writ.vault;

import dev.writ.base.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * A sealed secret: the secret under a data key of its own, the data key under the master key, both bound to place and
 * version, so neither opens at another place or as another version.
 *
 * @param place where it belongs: a use and what it is kept by, with a zero byte in between
 * @param master the id of the master key
 * @param wrapped base64 of the sealed data key
 * @param sealed base64 of the sealed secret
 */
record Envelope(String place, long version, String master, String wrapped, String sealed) {

    static Envelope seal(String place, long version, Secret secret, MasterKey master, RandomGenerator random) {
        var key = new byte[Gcm.KEY_BYTES];
        random.nextBytes(key);
        try {
            var bound = bound(place, version);
            var plain = secret.reveal().getBytes(StandardCharsets.UTF_8);
            return new Envelope(
                    place,
                    version,
                    master.id(),
                    text(Gcm.seal(master.bytes(), key, bound, random)),
                    text(Gcm.seal(key, plain, bound, random)));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Refuses a master key other than the one that this was sealed with. */
    void require(MasterKey key) {
        if (!master.equals(key.id()))
            throw new VaultError(
                    VaultError.Code.MASTER_KEY_WRONG,
                    "the secret was sealed with master key " + master + ", not " + key.id()
                            + "; restore that key from the backup");
    }

    Secret open(MasterKey key) {
        require(key);
        var bound = bound(place, version);
        var data = Gcm.open(key.bytes(), bytes(wrapped), bound);
        try {
            return Secret.of(new String(Gcm.open(data, bytes(sealed), bound), StandardCharsets.UTF_8));
        } finally {
            Arrays.fill(data, (byte) 0);
        }
    }

    private static byte[] bound(String place, long version) {
        return (place + "\0" + version).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new VaultError(VaultError.Code.TAMPERED, "a secret is damaged; put it again", e);
        }
    }
}
