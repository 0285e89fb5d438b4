package dev.writ.ledger.verify;

import java.util.List;
import java.util.Set;

/** How many of which witnesses must have cosigned a checkpoint (tlog-policy, "Defining the quorum"). */
public sealed interface Quorum {
    /** Whether those who cosigned are enough. */
    boolean met(Set<String> cosigned);

    /** No cosignature is asked for. */
    record None() implements Quorum {
        @Override
        public boolean met(Set<String> cosigned) {
            return true;
        }
    }

    /** One witness, by the name that the policy gives it. */
    record Witness(String name) implements Quorum {
        @Override
        public boolean met(Set<String> cosigned) {
            return cosigned.contains(name);
        }
    }

    /** At least {@code wanted} of the members. */
    record Group(int wanted, List<Quorum> members) implements Quorum {
        public Group {
            members = List.copyOf(members);
            if (wanted < 1 || wanted > members.size())
                throw new IllegalArgumentException("a group asks for 1 to " + members.size() + " of its members");
        }

        @Override
        public boolean met(Set<String> cosigned) {
            return members.stream().filter(member -> member.met(cosigned)).count() >= wanted;
        }
    }
}
