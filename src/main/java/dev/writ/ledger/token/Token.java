package dev.writ.ledger.token;

import dev.writ.base.Secret;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A PKCS#11 token that holds Ed25519 keys. One thread of its own does everything in one session, so whoever asks waits
 * for a bounded time only, whatever the library does. A lost session is opened again once for each thing asked; a PIN
 * that was refused is never told again. Every signature is verified before anybody sees it. Thread-safe.
 */
public final class Token implements AutoCloseable {
    /** What an X.509 encoded Ed25519 key has before the key itself (RFC 8410 §4). */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 16;
    /** Signed to prove that a key is there; no checkpoint, which has lines. */
    private static final byte[] PROOF =
            "writ: this token holds this key".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final Cryptoki cryptoki;
    private final TokenSettings settings;
    private final SecureRandom random;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("ledger-token").daemon(true).factory());

    // These belong to the thread.
    private final Map<String, Long> privateKeys = new HashMap<>();
    private @Nullable Session session;
    private boolean pinRefused;

    private interface Verb<T> {
        T on(Session session);
    }

    private Token(Cryptoki cryptoki, TokenSettings settings, SecureRandom random) {
        this.cryptoki = cryptoki;
        this.settings = settings;
        this.random = random;
    }

    /** Loads the library, finds the token and logs in; nothing is made in it. */
    public static Token open(TokenSettings settings, SecureRandom random) {
        return open(Cryptoki.load(settings.library()), settings, random);
    }

    static Token open(Cryptoki cryptoki, TokenSettings settings, SecureRandom random) {
        var token = new Token(cryptoki, settings, random);
        try {
            var _ = token.asked("to log in", _ -> true);
            return token;
        } catch (RuntimeException e) {
            token.close();
            throw e;
        }
    }

    /** What the token is called. */
    public String label() {
        return settings.label();
    }

    /**
     * Makes a pair in the token. Its private half cannot leave it.
     *
     * @param label what both halves are called, by the public one
     */
    public PublicKey generate(Function<PublicKey, String> label) {
        return asked(
                "to make a key",
                _ -> writing(writer -> {
                    var id = new byte[ID_BYTES];
                    random.nextBytes(id);
                    var pair = writer.generate("writ-" + HexFormat.of().formatHex(id), id);
                    try {
                        var key = publicKey(writer.attribute(pair.publicKey(), Attributes.EC_POINT));
                        confined(writer, pair.privateKey(), "a new key");
                        var name = label.apply(key);
                        writer.label(pair.publicKey(), name);
                        writer.label(pair.privateKey(), name);
                        var _ = verified(writer, pair.privateKey(), key, PROOF);
                        return key;
                    } catch (TokenFailure e) {
                        discard(writer, pair);
                        throw e;
                    }
                }));
    }

    private static void discard(Session writer, Session.Pair pair) {
        for (long half : new long[] {pair.privateKey(), pair.publicKey()}) {
            try {
                writer.destroy(half);
            } catch (TokenFailure e) {
                // The pair is of no use, and what went wrong before is told.
            }
        }
    }

    /** Makes sure that the token holds the private half of this key under this label, and keeps it. */
    public void prove(String label, PublicKey key) {
        var _ = asked("to prove a key", open -> {
            long found = privateKey(open, label);
            confined(open, found, "the key " + label);
            return verified(open, found, key, PROOF);
        });
    }

    /** An Ed25519 signature (RFC 8032), verified. */
    public byte[] sign(String label, PublicKey key, byte[] message) {
        return asked("to sign", open -> verified(open, privateKey(open, label), key, message));
    }

    /** Destroys both halves of a key; nothing happens when they are not there. */
    public void destroy(String label) {
        var _ = asked("to destroy a key", open -> {
            privateKeys.remove(label);
            return writing(writer -> {
                for (long half : new long[] {Attributes.PRIVATE_KEY, Attributes.PUBLIC_KEY})
                    for (var object : writer.find(half, label)) writer.destroy(object);
                if (!open.find(Attributes.PRIVATE_KEY, label).isEmpty())
                    throw new TokenFailure(TokenFailure.Code.KEY, "the token did not destroy the key " + label);
                return true;
            });
        });
    }

    private long privateKey(Session open, String label) {
        var known = privateKeys.get(label);
        if (known != null) return known;
        var found = open.find(Attributes.PRIVATE_KEY, label);
        if (found.size() != 1)
            throw new TokenFailure(
                    TokenFailure.Code.KEY,
                    "the token " + settings.label() + " holds " + (found.isEmpty() ? "no key" : "several keys")
                            + " called " + label);
        privateKeys.put(label, found.getFirst());
        return found.getFirst();
    }

    private static void confined(Session open, long key, String which) {
        if (!open.is(key, Attributes.TOKEN)
                || !open.is(key, Attributes.SENSITIVE)
                || open.is(key, Attributes.EXTRACTABLE)
                || !open.is(key, Attributes.NEVER_EXTRACTABLE))
            throw new TokenFailure(TokenFailure.Code.KEY, which + " can be taken out of the token, or could once");
    }

    private static byte[] verified(Session open, long privateKey, PublicKey key, byte[] message) {
        var signature = open.sign(privateKey, message);
        try {
            var verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            if (verifier.verify(signature)) return signature;
        } catch (GeneralSecurityException e) {
            // As a signature that does not verify.
        }
        throw new TokenFailure(TokenFailure.Code.KEY, "the token signed with another key, or not as Ed25519 does");
    }

    /** CKA_EC_POINT: the key as it is (v3.0), or in a DER OCTET STRING (v2.40) or BIT STRING. */
    static PublicKey publicKey(byte[] point) {
        int header = point.length - KEY_BYTES;
        boolean known =
                switch (header) {
                    case 0 -> true;
                    case 2 -> point[0] == 0x04 && point[1] == KEY_BYTES;
                    case 3 -> point[0] == 0x03 && point[1] == KEY_BYTES + 1 && point[2] == 0;
                    default -> false;
                };
        if (!known) throw new TokenFailure(TokenFailure.Code.KEY, "the token gives a public key in an unknown form");
        var encoded = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + KEY_BYTES);
        System.arraycopy(point, header, encoded, X509_PREFIX.length, KEY_BYTES);
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new TokenFailure(TokenFailure.Code.KEY, "the token gives a public key that is none", e);
        }
    }

    /** What changes the token happens in a session of its own: most of the time none that could is open. */
    private <T> T writing(Verb<T> verb) {
        var writer = Session.open(cryptoki, Slot.of(cryptoki, settings.label()).id(), true);
        try {
            return verb.on(writer);
        } finally {
            writer.close();
        }
    }

    /** Has the thread do something, and waits as long as the settings say. */
    private <T> T asked(String what, Verb<T> verb) {
        try {
            var done = thread.submit((Callable<T>) () -> withSession(verb));
            try {
                return done.get(settings.patience().toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                done.cancel(false);
            }
        } catch (TimeoutException e) {
            throw new TokenFailure(
                    TokenFailure.Code.SLOW,
                    "the token " + settings.label() + " was asked " + what + " and did not answer within "
                            + settings.patience().toSeconds() + " s",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) throw known;
            throw new TokenFailure(TokenFailure.Code.REFUSED, "the token could not be asked " + what, e.getCause());
        } catch (RejectedExecutionException | CancellationException e) {
            throw new TokenFailure(TokenFailure.Code.TOKEN, "the token " + settings.label() + " was closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenFailure(TokenFailure.Code.SLOW, "interrupted while the token was asked " + what, e);
        }
    }

    private <T> T withSession(Verb<T> verb) {
        boolean fresh = session == null;
        try {
            return verb.on(opened());
        } catch (TokenFailure e) {
            if (!e.lost()) throw e;
            forget();
            if (fresh) throw e;
            return verb.on(opened());
        }
    }

    private Session opened() {
        var known = session;
        if (known != null) return known;
        if (pinRefused)
            throw new TokenFailure(
                    TokenFailure.Code.PIN, "the token " + settings.label() + " refused the PIN; it is not tried again");
        cryptoki.initialize();
        var slot = Slot.of(cryptoki, settings.label());
        slot.usable(cryptoki);
        var pin = settings.pin().get();
        var fresh = Session.open(cryptoki, slot.id(), false);
        try {
            login(fresh, pin);
        } catch (TokenFailure e) {
            fresh.close();
            throw e;
        }
        session = fresh;
        return fresh;
    }

    private void login(Session fresh, Secret pin) {
        try {
            fresh.login(pin);
        } catch (TokenFailure e) {
            pinRefused |= e.code() == TokenFailure.Code.PIN;
            throw e;
        }
    }

    private void forget() {
        Optional.ofNullable(session).ifPresent(Session::close);
        session = null;
        privateKeys.clear();
    }

    /** Ends the session, which ends the login with the last one. A library that hangs is left alone. */
    @Override
    public void close() {
        try {
            thread.execute(this::forget);
            thread.shutdown();
            var _ = thread.awaitTermination(1, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // Closed before.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
