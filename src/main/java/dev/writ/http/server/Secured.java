package dev.writ.http.server;

import dev.writ.base.Digest;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLPeerUnverifiedException;

/** The TLS of one connection, and who showed a certificate on it. There is one handshake, the first. */
final class Secured extends SslHandler {
    private static final long GOODBYE_MILLIS = 500;

    private final InstantSource clock;
    private Optional<Shown> shown = Optional.empty();

    /** A client's certificate that its authority vouches for. */
    private record Shown(Digest digest, java.time.Instant until) {}

    Secured(SSLEngine engine, InstantSource clock, Duration handshake) {
        super(engine);
        this.clock = clock;
        setHandshakeTimeoutMillis(handshake.toMillis());
        setCloseNotifyFlushTimeoutMillis(GOODBYE_MILLIS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
        super.channelRead(context, bytes);
        if (again()) {
            var _ = context.close();
        }
    }

    /** RFC 5746: until 1.2 a client may begin anew, as somebody else say; after 1.3 nobody can (RFC 8446 §4.1.2). */
    private boolean again() {
        return handshakeFuture().isSuccess()
                && !engine().isOutboundDone()
                && engine().getSession().getProtocol().equals("TLSv1.2")
                && engine().getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    /**
     * Takes down who the client is, when the handshake is done.
     *
     * @return false for a certificate that is not good now: one that is itself an authority was not looked at for that
     */
    boolean completed() {
        try {
            var certificate = TlsMaterial.first(engine().getSession().getPeerCertificates());
            if (certificate.isEmpty()) return false;
            shown = Optional.of(new Shown(
                    Digest.of(certificate.get().getEncoded()),
                    certificate.get().getNotAfter().toInstant()));
            return certificate().isPresent()
                    && !clock.instant()
                            .isBefore(certificate.get().getNotBefore().toInstant());
        } catch (SSLPeerUnverifiedException e) {
            // None was shown, and none is needed.
            return true;
        } catch (CertificateEncodingException e) {
            return false;
        }
    }

    /** The SHA-256 of the client's certificate as long as it is good (RFC 8705 §3.1). */
    Optional<Digest> certificate() {
        return shown.filter(each -> clock.instant().isBefore(each.until())).map(Shown::digest);
    }
}
