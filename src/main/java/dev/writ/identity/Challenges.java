package dev.writ.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What passkeys are asked to sign: random, made by this process, for one visitor and one purpose, good for five minutes and
 * once. A challenge that was given out is not kept, so that asking costs nobody memory; it carries its time and our seal
 * instead. Only those that were used are remembered.
 */
final class Challenges {
    static final Duration LIFE = Duration.ofMinutes(5);

    private static final int RANDOM_BYTES = 16;
    private static final int SEAL_BYTES = 32;
    private static final int BYTES = Long.BYTES + RANDOM_BYTES + SEAL_BYTES;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final SecretKeySpec key;
    private final Map<String, Instant> used = new ConcurrentHashMap<>();

    Challenges(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        var secret = new byte[32];
        random.nextBytes(secret);
        this.key = new SecretKeySpec(secret, "HmacSHA256");
    }

    /** A challenge in base64url. */
    String next(String visit, String purpose) {
        var head = new byte[Long.BYTES + RANDOM_BYTES];
        random.nextBytes(head);
        ByteBuffer.wrap(head).putLong(clock.millis());
        var whole = ByteBuffer.allocate(BYTES).put(head).put(seal(head, visit, purpose));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    }

    /** The bytes of a challenge that we made for this visitor and purpose, is not too old and was not used. */
    Optional<byte[]> open(String challenge, String visit, String purpose) {
        if (challenge.length() > 2 * BYTES) return Optional.empty();
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(challenge);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (whole.length != BYTES) return Optional.empty();
        var head = Arrays.copyOf(whole, BYTES - SEAL_BYTES);
        var sealed = Arrays.copyOfRange(whole, BYTES - SEAL_BYTES, BYTES);
        if (!MessageDigest.isEqual(sealed, seal(head, visit, purpose))) return Optional.empty();
        var at = Instant.ofEpochMilli(ByteBuffer.wrap(head).getLong());
        var now = clock.instant();
        if (!now.isBefore(at.plus(LIFE)) || now.isBefore(at)) return Optional.empty();
        return used.containsKey(name(whole)) ? Optional.empty() : Optional.of(whole);
    }

    /** Uses a challenge up; false when another answer was quicker. */
    boolean use(byte[] challenge) {
        var now = clock.instant();
        used.values().removeIf(until -> now.isAfter(until));
        return used.putIfAbsent(name(challenge), now.plus(LIFE)) == null;
    }

    /** A secret that belongs to a challenge and can be made again from it, by us alone. */
    String derived(String challenge, String what) {
        var bytes = challenge.getBytes(StandardCharsets.US_ASCII);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(seal(bytes, "derived", what));
    }

    private static String name(byte[] challenge) {
        return Base64.getEncoder().encodeToString(challenge);
    }

    private byte[] seal(byte[] head, String visit, String purpose) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(head);
            for (var part : new String[] {visit, purpose}) {
                var bytes = part.getBytes(StandardCharsets.UTF_8);
                mac.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
                mac.update(bytes);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
