package dev.writ.ledger;

import dev.writ.ledger.verify.Witnesses;
import java.time.Duration;

/**
 * Whose cosignatures a ledger asks for, and how far it may run ahead of them.
 *
 * @param witnesses the keys and the quorum that make a checkpoint a witnessed one
 * @param lag how long the oldest record may wait for it before new actions are refused; zero: for ever
 * @param lagRecords how many records may wait for it; 0: any number
 */
public record WitnessRule(Witnesses witnesses, Duration lag, long lagRecords) {
    public static final WitnessRule NONE = new WitnessRule(Witnesses.NONE, Duration.ZERO, 0);

    public WitnessRule {
        if (lag.isNegative() || lagRecords < 0) throw new IllegalArgumentException("a lag is not negative");
    }

    boolean asked() {
        return witnesses.asked();
    }
}
