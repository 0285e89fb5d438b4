package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Ids;
import dev.writ.guard.Guard;
import dev.writ.identity.Identity;
import dev.writ.ledger.Ledger;
import dev.writ.policy.publish.Publisher;
import dev.writ.registry.Registry;
import dev.writ.vault.Vault;
import java.nio.file.Path;
import java.time.InstantSource;

/** Everything that a person does, by what it is done to. Thread-safe. */
public final class Control {
    private final Parts parts;

    /**
     * What control works on.
     *
     * @param policyFolder holds a folder of {@code *.cedar} files for each tenant
     */
    public record Parts(
            Guard guard,
            Registry registry,
            Authority authority,
            Identity identity,
            Vault vault,
            Ledger ledger,
            dev.writ.guard.Policies policies,
            Publisher publisher,
            Path policyFolder,
            Ids ids,
            InstantSource clock) {}

    public Control(Parts parts) {
        this.parts = parts;
    }

    Parts parts() {
        return parts;
    }
}
