package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Digest;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * What the files of a listener's TLS held at one moment, judged.
 *
 * @param mark changes when one of the files does
 */
record TlsMaterial(Digest mark, List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
    private static final int FILE_BYTES_MAX = 1 << 20;
    /** How long a session may be taken up again: a certificate is verified anew no later than this. */
    private static final int SESSION_SECONDS = 300;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /** @throws ServerError with one of the {@code TLS_} codes */
    static TlsMaterial read(TlsFiles files) {
        var certificate = bytes(files.certificate());
        var key = bytes(files.key());
        ownersAlone(files.key());
        var authorities = files.clientAuthorities().map(TlsMaterial::bytes).orElse(new byte[0]);
        var chain = certificates(files.certificate(), certificate);
        return new TlsMaterial(
                Digest.of(
                        Digest.of(certificate).bytes(),
                        Digest.of(key).bytes(),
                        Digest.of(authorities).bytes()),
                chain,
                key(files, key, chain.getFirst().getPublicKey()),
                files.clientAuthorities()
                        .map(file -> certificates(file, authorities))
                        .orElse(List.of()));
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX)
                throw new ServerError(
                        ServerError.Code.TLS_MALFORMED, file + " is longer than " + FILE_BYTES_MAX + " bytes");
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ServerError(ServerError.Code.TLS_MISSING, file + " is not there or cannot be read");
        }
    }

    private static void ownersAlone(Path key) {
        try {
            if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(key)))
                throw new ServerError(
                        ServerError.Code.TLS_EXPOSED, "the key " + key + " can be read by others than its owner");
        } catch (IOException e) {
            throw new ServerError(ServerError.Code.TLS_MISSING, key + " is not there or cannot be read");
        }
    }

    private static List<X509Certificate> certificates(Path file, byte[] bytes) {
        try {
            var all = new ArrayList<X509Certificate>();
            for (var each :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes)))
                all.add((X509Certificate) each);
            if (!all.isEmpty()) return List.copyOf(all);
        } catch (CertificateException e) {
            // Said below.
        }
        throw new ServerError(ServerError.Code.TLS_MALFORMED, file + " has no certificate in PEM");
    }

    /** The key, once it has signed what the certificate verifies. */
    private static PrivateKey key(TlsFiles files, byte[] pem, PublicKey certified) {
        var block = BLOCK.matcher(new String(pem, ISO_8859_1));
        if (!block.find() || !block.group(1).equals("PRIVATE KEY"))
            throw new ServerError(
                    ServerError.Code.TLS_MALFORMED, files.key() + " has no key in PKCS#8 without a passphrase");
        try {
            var der = Base64.getMimeDecoder().decode(block.group(2).getBytes(US_ASCII));
            var key = KeyFactory.getInstance(certified.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(der));
            if (fits(key, certified)) return key;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // A key of another kind, most likely.
        }
        throw new ServerError(
                ServerError.Code.TLS_MISFIT, "the key " + files.key() + " is not that of " + files.certificate());
    }

    private static boolean fits(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        var algorithm =
                switch (certified.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> certified.getAlgorithm();
                };
        var text = "fits".getBytes(US_ASCII);
        var signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(text);
        var signature = signing.sign();
        var verifying = Signature.getInstance(algorithm);
        verifying.initVerify(certified);
        verifying.update(text);
        return verifying.verify(signature);
    }

    Instant expires() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** @throws ServerError {@code TLS_EXPIRED}, {@code TLS_MALFORMED} */
    SslContext context(Path certificate, Instant now) {
        var begins = chain.getFirst().getNotBefore().toInstant();
        if (now.isBefore(begins))
            throw new ServerError(
                    ServerError.Code.TLS_EXPIRED, "the certificate " + certificate + " is not good before " + begins);
        if (!now.isBefore(expires()))
            throw new ServerError(
                    ServerError.Code.TLS_EXPIRED, "the certificate " + certificate + " expired at " + expires());
        try {
            var builder = SslContextBuilder.forServer(key, chain)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .sessionTimeout(SESSION_SECONDS)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            "http/1.1"));
            if (!authorities.isEmpty()) builder.trustManager(authorities).clientAuth(ClientAuth.OPTIONAL);
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new ServerError(
                    ServerError.Code.TLS_MALFORMED, "TLS cannot be spoken with " + certificate + ": " + e.getMessage());
        }
    }

    static Optional<X509Certificate> first(java.security.cert.Certificate[] shown) {
        return shown.length > 0 && shown[0] instanceof X509Certificate certificate
                ? Optional.of(certificate)
                : Optional.empty();
    }
}
