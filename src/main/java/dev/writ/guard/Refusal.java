package dev.writ.guard;

import dev.writ.base.Id;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** No. What the caller may know of it stands here; what it may not know (a hidden tool's policies, say) does not. */
public record Refusal(Id decision, Reason reason, Optional<TaskBrief> standing) implements Verdict {

    /** Why. A hidden thing and an absent one have the same case, so that no answer tells them apart. */
    public sealed interface Reason {
        /** The case's name in records and in what clients receive. */
        String code();
    }

    /** There is no such thing for this caller. */
    public record Absent() implements Reason {
        @Override
        public String code() {
            return "absent";
        }
    }

    /** Policy denies: {@code policies} forbid it, or none permits it. */
    public record ByPolicy(List<String> policies, String why) implements Reason {
        public ByPolicy {
            policies = List.copyOf(policies);
        }

        @Override
        public String code() {
            return "policy";
        }
    }

    /** The tool's definition is not the one that was approved. */
    public record Quarantined() implements Reason {
        @Override
        public String code() {
            return "quarantined";
        }
    }

    /** The arguments break the tool's own schema, or a path argument leaves its folder. */
    public record BadArguments(String why) implements Reason {
        @Override
        public String code() {
            return "arguments";
        }
    }

    /** The task has ended: completed, expired or revoked. */
    public record TaskEnded(String how, Optional<String> by, Instant when, String why) implements Reason {
        @Override
        public String code() {
            return "task-" + how;
        }
    }

    /** No agent of the tenant may act until a person resumes it. */
    public record Suspended(Optional<String> by, Instant when, String why) implements Reason {
        @Override
        public String code() {
            return "tenant-suspended";
        }
    }

    /** A task cannot pass on what is asked of it; {@code how} names what is in the way, as in {@code depth}. */
    public record NotPassedOn(String how, String why) implements Reason {
        @Override
        public String code() {
            return "delegation-" + how;
        }
    }

    /** What is to be done in an emergency takes another person. */
    public record NoEmergency(String why) implements Reason {
        @Override
        public String code() {
            return "break-glass";
        }
    }

    /** The task's budget of calls is used up. */
    public record BudgetSpent(long calls) implements Reason {
        @Override
        public String code() {
            return "budget";
        }
    }

    /** A person looked at exactly this action and said no. */
    public record ByPerson(Id approval, String by, String why) implements Reason {
        @Override
        public String code() {
            return "person";
        }
    }

    /** This person may not do this. */
    public record NotAllowed(String why) implements Reason {
        @Override
        public String code() {
            return "not-allowed";
        }
    }

    /** A part that decides or proves is down; nothing was done, and the same call may be made again. */
    public record Unavailable(String what) implements Reason {
        @Override
        public String code() {
            return "unavailable";
        }
    }
}
