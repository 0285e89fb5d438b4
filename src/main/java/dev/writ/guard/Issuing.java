package dev.writ.guard;

import dev.writ.identity.issuer.Issuer;
import dev.writ.identity.issuer.Proofs;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What tokens are made and judged with.
 *
 * @param random must be unpredictable: codes are made of it
 * @param base scheme and authority under which our authorization server is known, {@code https://writ.corp}
 * @param aliases those under which our resources may be named: the base, and the listener by its loopback names
 */
public record Issuing(
        Issuer issuer, Proofs proofs, RandomGenerator random, Supplier<String> base, Supplier<Set<String>> aliases) {}
