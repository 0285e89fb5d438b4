package dev.writ.policy;

import java.util.HashMap;
import java.util.Map;

/**
 * What the policies of one set have in common, kept once: thousands of them compare the same attribute with the same
 * text. A decision over many policies waits for memory more than for anything else, and what is shared is near.
 */
final class Shared {
    private final Map<Expr, Expr> expressions = new HashMap<>();
    private final Map<Uid, Uid> uids = new HashMap<>();

    /** The first expression that was equal to this one: expressions never change and know nothing of their policy. */
    Expr one(Expr expr) {
        var known = expressions.putIfAbsent(expr, expr);
        return known == null ? expr : known;
    }

    Uid one(Uid uid) {
        var known = uids.putIfAbsent(uid, uid);
        return known == null ? uid : known;
    }
}
