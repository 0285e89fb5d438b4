package dev.writ.guard;

import dev.writ.authority.Approval;
import dev.writ.authority.AuthoritySnapshot;
import dev.writ.authority.GroupRule;
import dev.writ.authority.Vote;
import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.policy.Decision;
import dev.writ.registry.Group;
import dev.writ.registry.RegistrySnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Turns policy's <i>ask</i> into a question to people, and what they said into facts and records. */
final class Asks {
    /** More than this nobody reads, and it fits its place when it is encrypted. */
    private static final int SHOWN_BYTES_MAX = 180 << 10;

    /** The group of one that stands for the task's person, whose consent a call may need. */
    static final Name TASK_PERSON = new Name("task-person");

    private Asks() {}

    /** The sets of groups of which one must agree. */
    static Set<Set<Name>> alternatives(Decision.Ask ask) {
        var sets = new HashSet<Set<Name>>();
        for (var groups : ask.of().isEmpty() ? List.of(Set.<String>of()) : ask.of()) {
            var names = groups.stream().map(Name::new).collect(Collectors.toCollection(TreeSet::new));
            if (ask.consent()) names.add(TASK_PERSON);
            sets.add(names);
        }
        return sets;
    }

    /** The rules of the groups that exist, as they stand now. */
    static List<GroupRule> rules(Set<Set<Name>> alternatives, RegistrySnapshot registry) {
        var names = new TreeSet<Name>();
        alternatives.forEach(names::addAll);
        var rules = new ArrayList<GroupRule>();
        for (var name : names) {
            if (name.equals(TASK_PERSON)) rules.add(new GroupRule(TASK_PERSON, 1, Proof.CLI, false));
            else registry.group(name).map(Asks::rule).ifPresent(rules::add);
        }
        return rules;
    }

    private static GroupRule rule(Group group) {
        return new GroupRule(group.name(), group.quorum(), group.proof(), group.separation());
    }

    /** What people are shown: everything that the digest binds, in full; empty when that is too much to show. */
    static Optional<Json.Obj> shown(Standing standing, Action action, ActionDigest digest, Id decision) {
        var shown = Json.object()
                .put("action", digest.json())
                .put("payload", action.payload())
                .put("agent", standing.agent().name().text())
                .put("purpose", standing.task().purpose())
                .put("decision", decision.text())
                .build();
        return Canonical.bytes(shown).length > SHOWN_BYTES_MAX ? Optional.empty() : Optional.of(shown);
    }

    /** The alternatives in words: smaller sets first. */
    static List<Set<String>> of(Approval approval) {
        return approval.alternatives().stream()
                .map(set -> new TreeSet<>(set).stream().map(Name::text).toList())
                .sorted(Comparator.<List<String>>comparingInt(List::size).thenComparing(List::toString))
                .map(Set::copyOf)
                .toList();
    }

    /** Tells of an approval of this task that was used or is for another action, so that nobody wonders. */
    static Optional<String> misfit(AuthoritySnapshot authority, Id task, Digest action, Instant now) {
        return authority.approvals().values().stream()
                .filter(other -> other.task().equals(task))
                .filter(other ->
                        other.state(now) == Approval.State.CONSUMED || other.state(now) == Approval.State.APPROVED)
                .max(Comparator.comparing(Approval::requestedAt))
                .map(other -> "approval " + other.id().brief()
                        + (other.action().equals(action)
                                ? " was for one call and is used"
                                : " was for another action and does not fit this one"));
    }

    /** Who voted for a group that counted, with which proof. */
    static Evidence.Used used(Approval consumed, Id record, Set<Name> groups) {
        var proofs = consumed.votes().stream()
                .filter(vote -> vote.choice() == Vote.Choice.APPROVE)
                .map(vote -> proof(vote.proof()))
                .collect(Collectors.toSet());
        return new Evidence.Used(consumed.id(), record, groups, proofs);
    }

    static Refusal.Reason refused(Approval approval, RegistrySnapshot registry) {
        var no = approval.votes().stream()
                .filter(vote -> vote.choice() == Vote.Choice.REFUSE)
                .findFirst();
        var by = no.flatMap(vote -> registry.person(vote.person())).map(person -> person.displayName());
        return new Refusal.ByPerson(
                approval.id(), by.orElse("a person"), no.map(Vote::reason).orElse(""));
    }

    /** The members of the record of a question to people. The digest is committed to in the hold's side values. */
    static Json.Obj requested(Approval approval, Id decision) {
        var alternatives = of(approval).stream()
                .<Json>map(set -> Json.Arr.ofStrings(new TreeSet<>(set)))
                .toList();
        return about(approval, decision)
                .put("alternatives", new Json.Arr(alternatives))
                .put("uses", 1)
                .put("expires", Evidence.time(approval.expiresAt()))
                .build();
    }

    static Json.Obj consumed(Approval approval, Id decision) {
        return about(approval, decision).put("uses", 1).build();
    }

    /** The members of the record of one person's vote. */
    static Json.Obj voted(Approval approval, Vote vote, boolean approves) {
        return Json.object()
                .put("approval", approval.id().text())
                .put("task", approval.task().text())
                .put("by", vote.person().text())
                .put(
                        "groups",
                        new TreeSet<>(vote.groups()).stream().map(Name::text).toList())
                .put("proof", proof(vote.proof()))
                .put("reason", vote.reason())
                .put("complete", approves)
                .put("uses", 1)
                .build();
    }

    private static Json.ObjectBuilder about(Approval approval, Id decision) {
        return Json.object()
                .put("approval", approval.id().text())
                .put("task", approval.task().text())
                .put("agent", approval.agent().text())
                .put("decision", decision.text());
    }

    static String proof(Proof proof) {
        return proof.name().toLowerCase(Locale.ROOT);
    }
}
