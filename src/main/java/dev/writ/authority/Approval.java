package dev.writ.authority;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A question to people about one exact action, and their votes. It is good for one use.
 *
 * @param action the action's digest: any other action, however alike, does not fit
 * @param labels the task's labels when it was asked; it fits while the task has no others
 * @param rules every group whose approval can count
 * @param alternatives sets of these groups; it is approved when all groups of one set approve
 * @param parties persons whom separation keeps from approving: for whom, who opened, who owns the agent
 */
public record Approval(
        Id id,
        Digest action,
        Id task,
        Name agent,
        Set<Name> labels,
        Map<Name, GroupRule> rules,
        Set<Set<Name>> alternatives,
        Set<Id> parties,
        Instant requestedAt,
        Instant expiresAt,
        State state,
        List<Vote> votes) {
    public static final Duration LIFETIME = Duration.ofMinutes(15);
    public static final Duration LIFETIME_MAX = Duration.ofHours(24);
    public static final int ALTERNATIVES_MAX = 100;

    private static final Comparator<Vote> BY_TIME =
            Comparator.comparing(Vote::at).thenComparing(Vote::person);

    /** Where an approval stands; from the last four there is no way on. */
    public enum State {
        PENDING,
        APPROVED,
        REFUSED,
        CONSUMED,
        EXPIRED,
        /** Its task ended, a voter's authority ended, or the task touched new labels. */
        VOID
    }

    public Approval {
        id.require("apr");
        task.require("tsk");
        labels = Set.copyOf(labels);
        rules = Map.copyOf(rules);
        alternatives = Set.copyOf(alternatives.stream().map(Set::copyOf).toList());
        parties = Set.copyOf(parties);
        requestedAt = requestedAt.truncatedTo(ChronoUnit.MILLIS);
        expiresAt = expiresAt.truncatedTo(ChronoUnit.MILLIS);
        votes = votes.stream().sorted(BY_TIME).toList();
        if (alternatives.isEmpty() || alternatives.size() > ALTERNATIVES_MAX)
            throw new IllegalArgumentException("an approval has 1 to " + ALTERNATIVES_MAX + " alternatives");
        for (var alternative : alternatives)
            if (alternative.isEmpty() || !rules.keySet().containsAll(alternative))
                throw new IllegalArgumentException("an alternative is a set of groups that have rules");
        if (!expiresAt.isAfter(requestedAt) || expiresAt.isAfter(requestedAt.plus(LIFETIME_MAX)))
            throw new IllegalArgumentException("an approval lives at most " + LIFETIME_MAX.toHours() + " hours");
    }

    /** A question as it is asked: pending, no votes, 15 minutes to live. */
    public static Approval asking(
            Id id,
            Digest action,
            Task task,
            List<GroupRule> rules,
            Set<Set<Name>> alternatives,
            Set<Id> parties,
            Instant now) {
        var byName = new TreeMap<Name, GroupRule>();
        for (var rule : rules) byName.put(rule.name(), rule);
        return new Approval(
                id,
                action,
                task.id(),
                task.agent(),
                task.labels(),
                byName,
                alternatives,
                parties,
                now,
                now.plus(LIFETIME),
                State.PENDING,
                List.of());
    }

    /** The state with the clock taken into account. */
    public State state(Instant now) {
        boolean live = state == State.PENDING || state == State.APPROVED;
        return live && !now.isBefore(expiresAt) ? State.EXPIRED : state;
    }

    public boolean fits(Set<Name> current) {
        return labels.containsAll(current);
    }

    /** The groups whose quorum of distinct persons has approved with sufficient proof. */
    public Set<Name> satisfied() {
        var found = new HashSet<Name>();
        for (var rule : rules.values()) if (approvers(rule).size() >= rule.quorum()) found.add(rule.name());
        return Set.copyOf(found);
    }

    private Set<Id> approvers(GroupRule rule) {
        var persons = new HashSet<Id>();
        for (var vote : votes)
            if (vote.choice() == Vote.Choice.APPROVE && counts(rule, vote)) persons.add(vote.person());
        return persons;
    }

    /** Whether a vote, were it a yes, would count for a group. */
    boolean counts(GroupRule rule, Vote vote) {
        return vote.groups().contains(rule.name())
                && vote.proof().meets(rule.proof())
                && !(rule.separation() && parties.contains(vote.person()));
    }

    /** Whether a vote would count for one of the groups that are asked; a no counts from any member of them. */
    public boolean eligible(Vote vote) {
        return switch (vote.choice()) {
            case APPROVE -> rules.values().stream().anyMatch(rule -> counts(rule, vote));
            case REFUSE -> vote.groups().stream().anyMatch(rules::containsKey);
        };
    }

    boolean votedBy(Id person) {
        return votes.stream().anyMatch(vote -> vote.person().equals(person));
    }

    /** With one more vote, and the state that follows: one no refuses, one satisfied alternative approves. */
    Approval with(Vote vote) {
        var all = new ArrayList<>(votes);
        all.add(vote);
        var voted = with(state, all);
        if (state != State.PENDING) return voted;
        if (vote.choice() == Vote.Choice.REFUSE) return voted.with(State.REFUSED);
        var groups = voted.satisfied();
        return alternatives.stream().anyMatch(groups::containsAll) ? voted.with(State.APPROVED) : voted;
    }

    Approval with(State now) {
        return with(now, votes);
    }

    private Approval with(State now, List<Vote> cast) {
        return new Approval(
                id, action, task, agent, labels, rules, alternatives, parties, requestedAt, expiresAt, now, cast);
    }
}
