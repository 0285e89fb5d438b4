package dev.writ.registry;

import dev.writ.base.Name;
import dev.writ.base.Proof;
import java.util.Set;
import java.util.TreeSet;

/**
 * People or agents that policies name together; roles are groups of people.
 *
 * @param quorum how many distinct members must approve, 1 to 20
 * @param proof the weakest proof with which an approval counts
 * @param separation whether the parties to an action are kept from approving it
 * @param members ids of people, or names of agents
 */
public record Group(Name name, Kind kind, int quorum, Proof proof, boolean separation, Set<String> members) {
    public static final int QUORUM_MAX = 20;
    public static final Name ADMIN = new Name("role-admin");
    public static final Name APPROVER = new Name("role-approver");
    public static final Name AUDITOR = new Name("role-auditor");
    public static final Name VIEWER = new Name("role-viewer");
    public static final Name POLICY_AUTHOR = new Name("role-policy-author");
    public static final Name BREAK_GLASS = new Name("role-break-glass");
    public static final Name DATA_OWNERS = new Name("data-owners");

    /** What a group is made of. */
    public enum Kind {
        PEOPLE,
        AGENTS
    }

    public Group {
        if (quorum < 1 || quorum > QUORUM_MAX)
            throw new IllegalArgumentException("a quorum is 1 to " + QUORUM_MAX + ", not " + quorum);
        members = Set.copyOf(members);
    }

    /** A group of people without members, quorum 1, any proof, parties kept apart. */
    public static Group ofPeople(Name name) {
        return new Group(name, Kind.PEOPLE, 1, Proof.CLI, true, Set.of());
    }

    public static Group ofAgents(Name name) {
        return new Group(name, Kind.AGENTS, 1, Proof.CLI, true, Set.of());
    }

    Group with(String member) {
        var more = new TreeSet<>(members);
        more.add(member);
        return new Group(name, kind, quorum, proof, separation, more);
    }

    Group without(String member) {
        var fewer = new TreeSet<>(members);
        fewer.remove(member);
        return new Group(name, kind, quorum, proof, separation, fewer);
    }

    Group withRule(int newQuorum, Proof newProof, boolean newSeparation) {
        return new Group(name, kind, newQuorum, newProof, newSeparation, members);
    }
}
