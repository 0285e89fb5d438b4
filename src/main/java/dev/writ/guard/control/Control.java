package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.guard.Company;
import dev.writ.guard.Concerned;
import dev.writ.guard.Entrance;
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
    private final Trusts trusts;
    private final Delegations delegations;
    private final Mandates mandates;
    private final Emergencies emergencies;
    private final Revocations revocations;
    private final Usage usage;
    private final Approvals approvals;
    private final Policies policies;
    private final Secrets secrets;
    private final OwnCredentials ownCredentials;
    private final Evidence evidence;
    private final Overview overview;
    private final Applying applying;
    private final FirstStart firstStart;
    private final LogKeys logKeys;
    private final Entrance entrance;
    private final Changes changes;
    private final Own own;
    private final Providers providers;
    private final Company company;
    private final Provisioning provisioning;

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
        var concerned = new Concerned(parts.identity().notices(), parts.ids(), parts.clock());
        var orders = new Orders(parts.guard(), new FourEyes(parts), concerned);
        var directory = new Directory(parts.registry());
        this.guard = parts.guard();
        this.entrance = new Entrance(parts.guard(), parts.identity(), parts.registry(), concerned, parts.ids());
        this.changes = new Changes(this, parts, orders, directory);
        this.own = new Own(parts);
        this.providers = new Providers(parts, orders, directory);
        this.company = new Company(
                new Company.Parts(
                        parts.guard(), parts.identity(), parts.registry(), parts.vault(), parts.ids(), parts.clock()),
                entrance,
                concerned);
        this.people = new People(parts, orders, directory);
        this.provisioning = new Provisioning(parts, company, people);
        this.groups = new Groups(parts, orders, directory);
        this.agents = new Agents(parts, orders, directory);
        this.servers = new Servers(parts, orders, directory);
        this.policies = new Policies(parts, orders, directory);
        this.tools = new Tools(parts, orders, directory, servers, policies);
        this.tasks = new Tasks(parts, orders, directory);
        this.consents = new Consents(parts, directory, agents, tasks);
        this.trusts = new Trusts(parts, orders, directory);
        this.delegations = new Delegations(parts, orders, directory);
        this.approvals = new Approvals(parts, directory);
        this.secrets = new Secrets(parts, orders, directory);
        this.ownCredentials = new OwnCredentials(parts);
        this.evidence = new Evidence(parts, directory);
        this.overview = new Overview(parts, directory);
        this.mandates = new Mandates(parts, orders, directory);
        this.emergencies = new Emergencies(parts, orders, directory);
        this.revocations = new Revocations(parts, orders, directory);
        this.usage = new Usage(parts, evidence, directory);
        this.applying = new Applying(this, parts, directory);
        this.firstStart = new FirstStart(parts, policies);
        this.logKeys = new LogKeys(parts, orders);
    }

    /** The door behind all of it, for who has to tell callers apart. */
    public Guard guard() {
        return guard;
    }

    /** The door for people in a browser. */
    public Entrance entrance() {
        return entrance;
    }

    public Changes changes() {
        return changes;
    }

    public Providers providers() {
        return providers;
    }

    /** The door for people whom a provider knows. */
    public Company company() {
        return company;
    }

    /** What a company's provider tells of its people. */
    public Provisioning provisioning() {
        return provisioning;
    }

    /** What signed-in people see of themselves. */
    public Own own() {
        return own;
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

    public Trusts trusts() {
        return trusts;
    }

    public Mandates mandates() {
        return mandates;
    }

    public Emergencies emergencies() {
        return emergencies;
    }

    public Revocations revocations() {
        return revocations;
    }

    public Usage usage() {
        return usage;
    }

    public Delegations delegations() {
        return delegations;
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
