package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.guard.Guard;
import dev.writ.identity.Identity;
import dev.writ.ledger.Ledger;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.policy.publish.Publisher;
import dev.writ.registry.Registry;
import dev.writ.vault.Vault;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Function;

/** Everything that a person does, by what it is done to. Thread-safe. */
public final class Control {
    private final Guard guard;
    private final People people;
    private final Groups groups;
    private final Agents agents;
    private final Servers servers;
    private final Tools tools;
    private final Tasks tasks;
    private final Consents consents;
    private final Approvals approvals;
    private final Policies policies;
    private final Secrets secrets;
    private final OwnCredentials ownCredentials;
    private final Evidence evidence;
    private final Overview overview;
    private final Applying applying;
    private final FirstStart firstStart;
    private final LogKeys logKeys;

    /**
     * What control works on.
     *
     * @param livePolicies opens the published policies of a tenant that has just been made
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
            Function<Name, LivePolicies> livePolicies,
            Publisher publisher,
            Path policyFolder,
            Ids ids,
            InstantSource clock) {}

    public Control(Parts parts) {
        var orders = new Orders(parts.guard());
        var directory = new Directory(parts.registry());
        this.guard = parts.guard();
        this.people = new People(parts, orders, directory);
        this.groups = new Groups(parts, orders, directory);
        this.agents = new Agents(parts, orders, directory);
        this.servers = new Servers(parts, orders, directory);
        this.policies = new Policies(parts, orders, directory);
        this.tools = new Tools(parts, orders, directory, servers, policies);
        this.tasks = new Tasks(parts, orders, directory);
        this.consents = new Consents(parts, directory, agents, tasks);
        this.approvals = new Approvals(parts, directory);
        this.secrets = new Secrets(parts, orders, directory);
        this.ownCredentials = new OwnCredentials(parts);
        this.evidence = new Evidence(parts, directory);
        this.overview = new Overview(parts, directory);
        this.applying = new Applying(this, parts, directory);
        this.firstStart = new FirstStart(parts, policies);
        this.logKeys = new LogKeys(parts, orders);
    }

    /** The door behind all of it, for who has to tell callers apart. */
    public Guard guard() {
        return guard;
    }

    public People people() {
        return people;
    }

    public Groups groups() {
        return groups;
    }

    public Agents agents() {
        return agents;
    }

    public Servers servers() {
        return servers;
    }

    public Tools tools() {
        return tools;
    }

    public Tasks tasks() {
        return tasks;
    }

    public Consents consents() {
        return consents;
    }

    public Approvals approvals() {
        return approvals;
    }

    public Policies policies() {
        return policies;
    }

    public Secrets secrets() {
        return secrets;
    }

    public OwnCredentials ownCredentials() {
        return ownCredentials;
    }

    public Evidence evidence() {
        return evidence;
    }

    public Overview overview() {
        return overview;
    }

    public Applying applying() {
        return applying;
    }

    public LogKeys logKeys() {
        return logKeys;
    }

    public FirstStart firstStart() {
        return firstStart;
    }
}
