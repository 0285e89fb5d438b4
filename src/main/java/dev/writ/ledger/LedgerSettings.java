package dev.writ.ledger;

import dev.writ.base.Name;
import dev.writ.ledger.token.Token;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a node's ledger lives and what it is called.
 *
 * @param data the data folder; wal, ledger, side, keys and cache lie in it
 * @param installation the first part of every log's origin, {@code <installation>/<tenant>/<node>}
 * @param segmentBytes size of one write-ahead segment
 * @param witnesses whose cosignatures are asked for
 * @param token where the logs' Ed25519 keys are made; whoever opened it closes it, after the ledger
 */
public record LedgerSettings(
        Path data, String installation, Name node, int segmentBytes, WitnessRule witnesses, Optional<Token> token) {
    public static final int SEGMENT_BYTES = 16 << 20;
    public static final int SEGMENT_BYTES_MIN = 64 << 10;

    public LedgerSettings {
        // signed-note: key names have no spaces and no plus; tlog-cosignature: an origin has at most 255 bytes
        if (!installation.matches("[a-z0-9][a-z0-9./-]{0,99}") || installation.endsWith("/"))
            throw new IllegalArgumentException(
                    "an installation's name has 1 to 100 characters of a-z 0-9 . / - like a URL without scheme");
        if (segmentBytes < SEGMENT_BYTES_MIN) throw new IllegalArgumentException("a segment has at least 64 KiB");
    }

    public LedgerSettings(Path data, String installation, Name node, int segmentBytes) {
        this(data, installation, node, segmentBytes, WitnessRule.NONE, Optional.empty());
    }

    public LedgerSettings witnessedBy(WitnessRule rule) {
        return new LedgerSettings(data, installation, node, segmentBytes, rule, token);
    }

    public LedgerSettings signedIn(Optional<Token> where) {
        return new LedgerSettings(data, installation, node, segmentBytes, witnesses, where);
    }

    public LedgerSettings(Path data, String installation, Name node) {
        this(data, installation, node, SEGMENT_BYTES);
    }

    public String origin(Name tenant) {
        return installation + "/" + tenant + "/" + node;
    }
}
