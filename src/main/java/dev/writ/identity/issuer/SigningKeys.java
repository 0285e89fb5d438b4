package dev.writ.identity.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import dev.writ.base.Name;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ES256 keys by which a tenant's tokens are signed: the newest signs, those before it verify for as long as tokens
 * of theirs may be in use. They lie in the data folder's {@code keys}, one JWK set (RFC 7517 §5) for each tenant,
 * readable by its owner alone. Thread-safe.
 */
final class SigningKeys {
    /** A key signs for this long; then there is a new one. */
    static final Duration SIGNING = Duration.ofDays(30);
    /** A key verifies for this long after it has signed last: longer than any token of it is listened to. */
    static final Duration VERIFYING = Duration.ofDays(3);

    private final Path folder;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<Name, List<ECKey>> sets = new ConcurrentHashMap<>();

    SigningKeys(Path folder, InstantSource clock, SecureRandom random) {
        this.folder = folder;
        this.clock = clock;
        this.random = random;
    }

    /** The key that signs now; made when there is none, or when the last one has signed for long enough. */
    ECKey current(Name tenant) {
        var last = keys(tenant).getLast();
        return created(last).plus(SIGNING).isAfter(clock.instant()) ? last : rotate(tenant);
    }

    /** From now on a new key signs; the one before still verifies. */
    synchronized ECKey rotate(Name tenant) {
        var kept = new ArrayList<ECKey>();
        var now = clock.instant();
        var before = keys(tenant);
        for (int i = 0; i < before.size(); i++) {
            // A key's last signature is as old as the key after it.
            var lastUse = i + 1 < before.size() ? created(before.get(i + 1)) : now;
            if (lastUse.plus(VERIFYING).isAfter(now)) kept.add(before.get(i));
        }
        var fresh = made(now);
        kept.add(fresh);
        write(tenant, kept);
        sets.put(tenant, List.copyOf(kept));
        return fresh;
    }

    /** The key of that id among the tenant's own. */
    Optional<ECKey> find(Name tenant, String kid) {
        return keys(tenant).stream().filter(key -> kid.equals(key.getKeyID())).findFirst();
    }

    /** Whether there are keys of a tenant: nobody makes some by asking for them. */
    boolean known(Name tenant) {
        return sets.containsKey(tenant) || Files.exists(file(tenant));
    }

    /** The public halves; none before the first token. */
    JWKSet published(Name tenant) {
        if (!known(tenant)) return new JWKSet();
        current(tenant);
        return new JWKSet(List.copyOf(keys(tenant))).toPublicJWKSet();
    }

    private List<ECKey> keys(Name tenant) {
        var known = sets.get(tenant);
        return known == null ? opened(tenant) : known;
    }

    private synchronized List<ECKey> opened(Name tenant) {
        var known = sets.get(tenant);
        if (known != null) return known;
        var file = file(tenant);
        var keys = Files.exists(file) ? read(file) : List.<ECKey>of();
        if (keys.isEmpty()) {
            keys = List.of(made(clock.instant()));
            write(tenant, keys);
        }
        sets.put(tenant, keys);
        return keys;
    }

    private ECKey made(Instant now) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            var pair = generator.generateKeyPair();
            return new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                    .privateKey(pair.getPrivate())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(com.nimbusds.jose.JWSAlgorithm.ES256)
                    .keyIDFromThumbprint()
                    .issueTime(Date.from(now))
                    .build();
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException | JOSEException e) {
            throw new IssuerFailure("this JDK makes no P-256 keys", e);
        }
    }

    private static Instant created(ECKey key) {
        return Optional.ofNullable(key.getIssueTime()).map(Date::toInstant).orElse(Instant.EPOCH);
    }

    private Path file(Name tenant) {
        return folder.resolve("tokens-" + tenant + ".jwks");
    }

    private static List<ECKey> read(Path file) {
        try {
            var keys = new ArrayList<ECKey>();
            for (var key : JWKSet.parse(KeyFile.read(file)).getKeys()) {
                if (!(key instanceof ECKey ec) || !ec.isPrivate() || !Curve.P_256.equals(ec.getCurve()))
                    throw new IssuerFailure(file + " holds a key that signs no tokens; restore it from the backup");
                keys.add(ec);
            }
            return List.copyOf(keys);
        } catch (ParseException e) {
            throw new IssuerFailure(file + " is damaged; restore it, or delete it and everybody signs in anew", e);
        }
    }

    private void write(Name tenant, List<ECKey> keys) {
        KeyFile.write(file(tenant), new JWKSet(List.copyOf(keys)).toString(false) + "\n");
    }
}
