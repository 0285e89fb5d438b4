package dev.writ.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.http.server.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority of our own making, with the certificates that it gives, by the JDK's keytool. */
public final class Certificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final String name;
    private final Path store;

    private Certificates(Path folder, String name) {
        this.folder = folder;
        this.name = name;
        this.store = folder.resolve(name + ".p12");
    }

    public static Certificates authority(Path folder, String name) throws Exception {
        var made = new Certificates(folder, name);
        made.keytool("ca", "CN=" + name, "-ext", "bc:c");
        return made;
    }

    /** For a listener at this machine's own names and {@code writ.corp}. */
    public void giveServer(String alias, String... more) throws Exception {
        give(alias, "-ext", "san=dns:localhost,ip:127.0.0.1,dns:writ.corp", more);
    }

    /** For whoever is called like that. */
    public void give(String alias, String... more) throws Exception {
        give(alias, "-ext", "eku=clientAuth", more);
    }

    private void give(String alias, String first, String second, String... more) throws Exception {
        var words = new ArrayList<>(List.of("-signer", "ca", first, second));
        words.addAll(Arrays.asList(more));
        keytool(alias, "CN=" + alias, words.toArray(String[]::new));
    }

    private void keytool(String alias, String subject, String... more) throws Exception {
        var words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-dname",
                subject,
                "-validity",
                "200",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        words.addAll(Arrays.asList(more));
        var made = new ProcessBuilder(words).redirectErrorStream(true).start();
        var said = new String(made.getInputStream().readAllBytes(), UTF_8);
        if (made.waitFor() != 0) throw new AssertionError(said);
    }

    private KeyStore keys() {
        try (var in = Files.newInputStream(store)) {
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            return keys;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public X509Certificate certificate(String alias) {
        try {
            return (X509Certificate) keys().getCertificate(alias);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The authority's own certificate, as a file. */
    public Path authorityFile() {
        return write(name + "-ca.pem", pem("CERTIFICATE", encoded(certificate("ca"))));
    }

    /** The files of a listener. */
    public TlsFiles files(String alias, Optional<Path> clientAuthorities) {
        var certificate = folder.resolve(alias + ".pem");
        var key = folder.resolve(alias + ".key");
        writeTo(alias, certificate, key);
        return new TlsFiles(certificate, key, clientAuthorities);
    }

    /** Puts what belongs to an alias where something else may have been. */
    public void writeTo(String alias, Path certificate, Path key) {
        try {
            var text = pem("CERTIFICATE", encoded(certificate(alias))) + pem("CERTIFICATE", encoded(certificate("ca")));
            Files.writeString(certificate, text);
            var secret = keys().getKey(alias, PASSWORD.toCharArray()).getEncoded();
            Files.writeString(key, pem("PRIVATE KEY", secret));
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** For a client that trusts this authority and shows what another one gave it; nothing when there is no alias. */
    public SSLContext client(Certificates by, Optional<String> alias) {
        try {
            var trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry("ca", certificate("ca"));
            var trusting = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusting.init(trust);
            KeyManager[] showing = null;
            if (alias.isPresent()) {
                var own = KeyStore.getInstance("PKCS12");
                own.load(null, null);
                own.setKeyEntry(
                        "own",
                        by.keys().getKey(alias.get(), PASSWORD.toCharArray()),
                        PASSWORD.toCharArray(),
                        by.keys().getCertificateChain(alias.get()));
                var keys = KeyManagerFactory.getInstance("NewSunX509");
                keys.init(own, PASSWORD.toCharArray());
                showing =
                        new KeyManager[] {new Always((javax.net.ssl.X509ExtendedKeyManager) keys.getKeyManagers()[0])};
            }
            var context = SSLContext.getInstance("TLS");
            context.init(showing, trusting.getTrustManagers(), new SecureRandom());
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Shows its one certificate whatever the server says of whom it trusts, as an attacker would. */
    private static final class Always extends javax.net.ssl.X509ExtendedKeyManager {
        private final javax.net.ssl.X509ExtendedKeyManager keys;
        private final String alias;

        Always(javax.net.ssl.X509ExtendedKeyManager keys) {
            this.keys = keys;
            this.alias = keys.getClientAliases("EC", null)[0];
        }

        @Override
        public String chooseEngineClientAlias(
                String[] types, java.security.Principal[] issuers, javax.net.ssl.SSLEngine engine) {
            return alias;
        }

        @Override
        public String chooseClientAlias(String[] types, java.security.Principal[] issuers, java.net.Socket socket) {
            return alias;
        }

        @Override
        public String[] getClientAliases(String type, java.security.Principal[] issuers) {
            return new String[] {alias};
        }

        @Override
        public X509Certificate[] getCertificateChain(String of) {
            return keys.getCertificateChain(of);
        }

        @Override
        public java.security.PrivateKey getPrivateKey(String of) {
            return keys.getPrivateKey(of);
        }

        @Override
        public String[] getServerAliases(String type, java.security.Principal[] issuers) {
            throw new IllegalStateException("a client has none");
        }

        @Override
        public String chooseServerAlias(String type, java.security.Principal[] issuers, java.net.Socket socket) {
            throw new IllegalStateException("a client has none");
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Path write(String file, String text) {
        try {
            return Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public static String pem(String what, byte[] der) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(("-----BEGIN " + what + "-----\n").getBytes(US_ASCII));
        out.writeBytes(Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(der));
        out.writeBytes(("\n-----END " + what + "-----\n").getBytes(US_ASCII));
        return out.toString(US_ASCII);
    }
}
