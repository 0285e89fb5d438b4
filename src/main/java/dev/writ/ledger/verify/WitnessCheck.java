package dev.writ.ledger.verify;

import java.util.List;
import java.util.Optional;

/** How far others vouch for a log, told by those witnesses alone whose keys the verifier knows. */
final class WitnessCheck {
    private WitnessCheck() {}

    /**
     * @param heads checkpoints that belong to the log, some of them perhaps cosigned
     * @param size of the log
     */
    static void tell(Optional<Trust> trust, List<Checkpoint> heads, long size, Report report) {
        var witnesses = trust.map(Trust::witnesses).orElse(Witnesses.NONE);
        if (witnesses.keys().isEmpty()) {
            boolean cosigned = heads.stream().anyMatch(head -> head.note().signatures().stream()
                    .anyMatch(line -> !line.name().equals(head.origin())));
            report.note("UNWITNESSED from 0: "
                    + (cosigned
                            ? "no witness's key is trusted here (give --trust FILE with witness and quorum lines)"
                            : "no witness has cosigned this log"));
            return;
        }
        long witnessed = 0;
        var by = "";
        for (var head : heads) {
            var said = witnesses.of(head);
            said.objection().ifPresent(why -> report.failed("checkpoint of " + head.size() + " records: " + why));
            if (!said.enough() || said.cosigned().isEmpty() || head.size() < witnessed) continue;
            witnessed = head.size();
            by = String.join(", ", said.cosigned());
        }
        if (witnessed > 0) report.held("witnessed: " + witnessed + " records, cosigned by " + by);
        else if (witnesses.asked() && size > 0)
            report.failed("no checkpoint is cosigned as the quorum of the trust file asks");
        if (witnessed < size)
            report.note("UNWITNESSED from " + witnessed + ": " + (size - witnessed) + " of " + size
                    + " records have not been cosigned");
    }
}
