package dev.writ.policy;

import java.util.List;
import java.util.Set;

/** What Writ does with a question. All lists are in order of policy id. */
public sealed interface Decision {
    /** The ids of the policies that made it so. */
    List<String> determining();

    /** The policies that failed; in an {@link Allow} these are permits, which were skipped. */
    List<PolicyError> errors();

    record Allow(List<String> determining, List<PolicyError> errors) implements Decision {
        public Allow {
            determining = List.copyOf(determining);
            errors = List.copyOf(errors);
        }
    }

    /**
     * People must agree first. {@code of} holds the alternatives: each set of groups would suffice and none of its
     * subsets would; smaller sets first. {@code consent}: the task's person must also consent; {@code of} may then be
     * empty. {@code determining}: the forbids that stand in the way now and the permits that would apply.
     */
    record Ask(List<String> determining, List<PolicyError> errors, List<Set<String>> of, boolean consent)
            implements Decision {
        public Ask {
            determining = List.copyOf(determining);
            errors = List.copyOf(errors);
            of = of.stream().map(Set::copyOf).toList();
            if (of.isEmpty() && !consent) throw new IllegalArgumentException("an ask names whom to ask");
        }
    }

    record Deny(List<String> determining, List<PolicyError> errors, Reason reason) implements Decision {
        public Deny {
            determining = List.copyOf(determining);
            errors = List.copyOf(errors);
        }
    }

    /** Why a question was denied. */
    sealed interface Reason {
        /** A stable name for records and metrics. */
        String code();

        /** One sentence for a person. */
        String text();

        record NoPermit() implements Reason {
            @Override
            public String code() {
                return "no_permit";
            }

            @Override
            public String text() {
                return "no policy permits this";
            }
        }

        record Forbidden(List<String> by) implements Reason {
            public Forbidden {
                by = List.copyOf(by);
            }

            @Override
            public String code() {
                return "forbidden";
            }

            @Override
            public String text() {
                return "forbidden by " + String.join(", ", by);
            }
        }

        /** A forbid could not be evaluated; Cedar alone would skip it, which would open what it closes. */
        record PolicyFailed(List<PolicyError> failures) implements Reason {
            public PolicyFailed {
                failures = List.copyOf(failures);
            }

            @Override
            public String code() {
                return "policy_error";
            }

            @Override
            public String text() {
                return "a forbidding policy could not be evaluated: "
                        + failures.getFirst().policy() + " ("
                        + failures.getFirst().reason() + ")";
            }
        }

        /** Evaluation looked at an entity that the question does not describe. */
        record IncompleteEntities(Uid missing) implements Reason {
            @Override
            public String code() {
                return "incomplete_entities";
            }

            @Override
            public String text() {
                return "the question does not describe " + missing;
            }
        }
    }
}
