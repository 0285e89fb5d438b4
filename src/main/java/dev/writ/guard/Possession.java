package dev.writ.guard;

import dev.writ.identity.Grant;
import dev.writ.identity.issuer.Proofs;
import java.util.Optional;

/**
 * What a token request shows to be in its sender's hands. A grant is bound to one of both, and a proof of possession goes
 * before: it was made for this request.
 *
 * @param key by a proof (RFC 9449 §5)
 * @param certificate of the connection, as a token names it (RFC 8705 §3.1)
 */
record Possession(Optional<Proofs.Shown.Key> key, Optional<String> certificate) {
    static final Possession NONE = new Possession(Optional.empty(), Optional.empty());

    /** The key that a new grant is bound to. */
    Optional<String> jkt() {
        return key.map(Proofs.Shown.Key::jkt);
    }

    /** The certificate that a new grant is bound to. */
    Optional<String> x5t() {
        return key.isPresent() ? Optional.empty() : certificate;
    }

    /** By what the same holder is known again. */
    Optional<String> holder() {
        return jkt().or(() -> x5t().map(thumbprint -> "x5t#S256:" + thumbprint));
    }

    /** What of a grant's binding is not shown. */
    Optional<Minted.No> missing(Grant grant, String bound) {
        if (grant.jkt().isPresent() && !grant.jkt().equals(jkt()))
            return Optional.of(Minted.no(Minted.Code.INVALID_DPOP_PROOF, bound + " is bound to another key"));
        if (grant.x5t().isPresent() && !grant.x5t().equals(certificate))
            return Optional.of(Minted.no(Minted.Code.INVALID_GRANT, bound + " is bound to another certificate"));
        return Optional.empty();
    }
}
