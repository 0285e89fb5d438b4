package dev.writ.guard.control;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Plan;
import dev.writ.policy.Schema;
import dev.writ.policy.ToolAction;
import dev.writ.policy.publish.Bundle;
import dev.writ.policy.publish.Finding;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.policy.publish.PolicyFolder;
import dev.writ.policy.publish.PublishException;
import dev.writ.policy.publish.Publisher;
import dev.writ.policy.publish.Shipped;
import dev.writ.registry.Registry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Publishing a tenant's policies. A bundle is recorded, its text in the side store, before it decides anything; what
 * cannot be published changes nothing.
 */
public final class Policies {
    private final Orders orders;
    private final Directory directory;
    private final Guard guard;
    private final Registry registry;
    private final dev.writ.guard.Policies live;
    private final Publisher publisher;
    private final Path folder;

    Policies(Control.Parts parts, Orders orders, Directory directory) {
        this.orders = orders;
        this.directory = directory;
        this.guard = parts.guard();
        this.registry = parts.registry();
        this.live = parts.policies();
        this.publisher = parts.publisher();
        this.folder = parts.policyFolder();
    }

    public Reply<Json.Obj> current(Caller.OfPerson caller) {
        return directory.reading(caller, () -> {
            var bundle = live.of(caller.tenant()).flatMap(LivePolicies::bundle);
            var sources = Json.object();
            bundle.ifPresent(b -> b.sources().forEach(sources::put));
            return new Reply.Done<>(Json.object()
                    .put("bundle", bundle.map(b -> b.digest().toString()))
                    .put("ids", bundle.map(Policies::ids).orElse(List.of()))
                    .put("sources", sources.build())
                    .build());
        });
    }

    /** Reads the tenant's folder, checks it, records it and puts it in force. */
    public Reply<Json.Obj> publish(Caller.OfPerson caller) {
        var tenant = caller.tenant();
        return orders.carry(caller, Orders.administer("policy:publish", tenant.text(), Json.Obj.EMPTY), () -> {
            var policies = live.of(tenant);
            if (policies.isEmpty()) return new Plan.Stay<>(new Reply.Unavailable<>("the tenant has no policies"));
            var sources = PolicyFolder.read(folder.resolve(tenant.text()));
            return switch (publisher.publish(sources, schema(tenant), groups(tenant))) {
                case Publisher.Rejected(var findings) ->
                    new Plan.Stay<>(new Reply.Conflict<>(
                            "the policies have errors; what was in force stays in force",
                            findings.stream().map(Policies::shortcoming).toList()));
                case Publisher.Published(var bundle, var warnings) -> {
                    var answer = new Reply.Done<>(
                            published(bundle),
                            warnings.stream().map(Finding::text).toList());
                    if (policies.get().current().bundle().equals(Optional.of(bundle.digest())))
                        yield new Plan.Stay<>(answer);
                    yield new Plan.Go<>(transition(bundle, "published"), () -> {
                        policies.get().putInForce(bundle);
                        return answer;
                    });
                }
            };
        });
    }

    /**
     * Puts what is in force in force again with a schema that knows the tools approved by now. Drafts in the folder stay
     * drafts: approving a tool publishes nobody's edits.
     *
     * @return why it was not possible, for people
     */
    List<String> learnTools(Name tenant) {
        return orders.inTurn(() -> guard.changing(tenant, () -> learned(tenant)));
    }

    private List<String> learned(Name tenant) {
        try {
            var policies = live.of(tenant);
            var bundle = policies.flatMap(LivePolicies::bundle);
            if (policies.isEmpty() || bundle.isEmpty()) return List.of("no policies are in force; publish some");
            var sources = new PolicyFolder.Sources(bundle.get().sources(), List.of());
            return switch (publisher.publish(sources, schema(tenant), groups(tenant))) {
                case Publisher.Rejected(var findings) -> rejected(findings);
                case Publisher.Published(var learned, var _) -> {
                    if (learned.digest().equals(bundle.get().digest())) yield List.of();
                    if (!guard.recordOwn(tenant, "approval of tools", transition(learned, "schema-grown")))
                        yield List.of("the ledger cannot be written; the policy schema does not know the tools yet");
                    policies.get().putInForce(learned);
                    yield List.of();
                }
            };
        } catch (PublishException e) {
            return List.of("the policy schema does not know the tools yet: " + e.getMessage());
        }
    }

    private static List<String> rejected(List<Finding> findings) {
        var warnings = new ArrayList<String>();
        warnings.add("the policies in force do not fit the approved tools; they stay in force as they are");
        for (var finding : findings) warnings.add(finding.text());
        return warnings;
    }

    /** The first policies of a tenant: they are in force when this returns. */
    void publishFirst(Name tenant, String by) {
        var policies = live.of(tenant).orElseThrow();
        var sources = PolicyFolder.read(folder.resolve(tenant.text()));
        switch (publisher.publish(sources, schema(tenant), groups(tenant))) {
            case Publisher.Rejected(var findings) ->
                throw new PublishException(
                        PublishException.Code.RESOURCE,
                        "the first policies are rejected: "
                                + findings.getFirst().text());
            case Publisher.Published(var bundle, var _) -> {
                if (!guard.recordOwn(tenant, by, transition(bundle, "published")))
                    throw new PublishException(PublishException.Code.STORE, "the first policies cannot be recorded");
                policies.putInForce(bundle);
            }
        }
    }

    /** The schema with an action for every tool that was ever approved and not withdrawn. */
    private String schema(Name tenant) {
        var actions = new ArrayList<ToolAction>();
        for (var tools : registry.snapshot(tenant).tools().values())
            for (var tool : tools.values())
                tool.pin()
                        .ifPresent(pin -> actions.add(ToolAction.of(
                                tool.server(),
                                tool.name().text(),
                                pin.definition().inputSchema(),
                                pin.classification().pathArguments())));
        return Schema.text(Shipped.schema(), actions);
    }

    private Set<String> groups(Name tenant) {
        return registry.snapshot(tenant).groups().keySet().stream()
                .map(Name::text)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Transition transition(Bundle bundle, String event) {
        return new Transition(
                "policy-bundle",
                event,
                Json.object()
                        .put("bundle", bundle.digest().toString())
                        .put("policies", ids(bundle).size())
                        .build(),
                Map.of("bundle", bundle.bytes()));
    }

    private static Json.Obj published(Bundle bundle) {
        return Json.object()
                .put("bundle", bundle.digest().toString())
                .put("count", ids(bundle).size())
                .build();
    }

    static List<String> ids(Bundle bundle) {
        return bundle.policies()
                .object("staticPolicies")
                .map(all -> List.copyOf(new TreeMap<>(all.members()).keySet()))
                .orElse(List.of());
    }

    private static Reply.Shortcoming shortcoming(Finding finding) {
        return new Reply.Shortcoming(
                Documents.word(finding.severity()),
                finding.file(),
                finding.line(),
                finding.column(),
                finding.message(),
                finding.suggestion());
    }
}
