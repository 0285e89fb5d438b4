package dev.writ.http.server;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a listener's TLS comes from, all of it PEM.
 *
 * @param certificate the listener's own certificate, then those that lead to its authority
 * @param key its key, PKCS#8 without a passphrase, readable by its owner alone
 * @param clientAuthorities whose word about clients counts; with it, certificates are asked for, and need not be shown
 */
public record TlsFiles(Path certificate, Path key, Optional<Path> clientAuthorities) {}
