package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.ledger.Entry;
import dev.writ.ledger.Ledger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Signs what lets a server verify us: a transaction token (draft-ietf-oauth-transaction-tokens) for one permitted call. It
 * names the task, the tool, the digest of the arguments and the leaf of the intent in our log, so that a call that we did
 * not decide on cannot be passed off as one that we did.
 */
final class Transactions {
    static final String TYPE = "txntoken+jwt";
    static final Duration LIFETIME = Duration.ofSeconds(60);
    private static final byte[] LEAF = {0};

    private final Issuing issuing;
    private final Ledger ledger;
    private final InstantSource clock;

    Transactions(Issuing issuing, Ledger ledger, InstantSource clock) {
        this.issuing = issuing;
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * @param subject the person for whom the task is, as records name people
     * @param audience the server's address
     */
    Optional<Secret> token(Permit permit, String subject, String audience) {
        var caller = permit.attempt().caller();
        return leaf(caller.tenant(), permit).map(leaf -> {
            var now = clock.instant();
            var details = Json.object().put("tenant", caller.tenant().text());
            // A person who looks at a server before it is approved has no task.
            if (caller instanceof Caller.OfAgent agent)
                details.put("task", agent.task().text())
                        .put("agent", agent.agent().text());
            details.put("action", permit.action().kind())
                    .put("target", permit.action().target())
                    .put("payload", permit.payload().toString())
                    .put("decision", permit.decision().text())
                    .put("intent", permit.intent().text())
                    .put("leaf", leaf);
            var claims = Json.object()
                    .put("iss", issuing.base().get())
                    .put("txn", permit.intent().text())
                    .put("sub", subject)
                    .put("aud", audience)
                    .put("scope", permit.action().kind())
                    .put("iat", now.getEpochSecond())
                    .put("exp", now.plus(LIFETIME).getEpochSecond())
                    .put("tctx", details.build());
            return Secret.of(issuing.issuer().sign(caller.tenant(), TYPE, claims.build()));
        });
    }

    /** RFC 6962 §2.1, in hexadecimal digits. */
    private Optional<String> leaf(Name tenant, Permit permit) {
        return ledger.about(tenant, permit.decision()).stream()
                .filter(entry -> entry.id().equals(permit.intent()))
                .findFirst()
                .map(Entry::leaf)
                .map(leaf -> HexFormat.of().formatHex(Digest.of(LEAF, leaf).bytes()));
    }
}
