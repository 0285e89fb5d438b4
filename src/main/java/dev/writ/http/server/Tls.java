package dev.writ.http.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A listener's TLS, 1.2 and 1.3. Its files may change while it runs: {@link #renew} takes new ones for connections from then on,
 * and where they cannot be used those before stay in force. Thread-safe.
 */
public final class Tls {
    /** From here on somebody should be told that a certificate ends. */
    private static final Duration SOON = Duration.ofDays(14);

    private final TlsFiles files;
    private final InstantSource clock;
    private volatile Live live;
    private volatile Optional<String> refused = Optional.empty();

    private record Live(TlsMaterial material, SslContext context) {}

    private Tls(TlsFiles files, InstantSource clock) {
        this.files = files;
        this.clock = clock;
        this.live = load(TlsMaterial.read(files));
    }

    /** @throws ServerError with one of the {@code TLS_} codes */
    public static Tls open(TlsFiles files, InstantSource clock) {
        return new Tls(files, clock);
    }

    /** Looks whether the files have changed. Blocks for the disk. */
    public synchronized void renew() {
        try {
            var read = TlsMaterial.read(files);
            if (!read.mark().equals(live.material().mark())) {
                live = load(read);
                HttpServer.LOG.log(
                        System.Logger.Level.INFO, "a new TLS certificate is in use, good until " + read.expires());
            }
            refused = Optional.empty();
        } catch (ServerError e) {
            var why = e.getMessage() + "; the TLS certificate before stays in use";
            if (!refused.equals(Optional.of(why))) HttpServer.LOG.log(System.Logger.Level.WARNING, why);
            refused = Optional.of(why);
        }
    }

    /** What somebody should see to: files that were refused, a certificate that ends soon or has. */
    public Optional<String> trouble() {
        if (refused.isPresent()) return refused;
        var expires = live.material().expires();
        return clock.instant().isBefore(expires.minus(SOON))
                ? Optional.empty()
                : Optional.of("the TLS certificate " + files.certificate() + " is good until " + expires);
    }

    public Instant expires() {
        return live.material().expires();
    }

    /** Whether clients are asked for certificates. */
    public boolean asks() {
        return files.clientAuthorities().isPresent();
    }

    /** Where the certificate is, for who connects from this machine. */
    public TlsFiles files() {
        return files;
    }

    Secured secured(ByteBufAllocator allocator, Duration handshake) {
        return new Secured(live.context().newEngine(allocator), clock, handshake);
    }

    private Live load(TlsMaterial material) {
        return new Live(material, material.context(files.certificate(), clock.instant()));
    }
}
