package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Name;

/**
 * Who has shown a credential that is good. Only {@link Guard#callerOf} makes one, so whoever holds a caller knows that
 * it was authenticated; what it may do is decided at each attempt anew.
 */
public abstract sealed class Caller {
    private final Name tenant;

    private Caller(Name tenant) {
        this.tenant = tenant;
    }

    public Name tenant() {
        return tenant;
    }

    /** An agent with a key of one task. */
    public static final class OfAgent extends Caller {
        private final Name agent;
        private final Id task;
        private final Id key;
        private final String binding;

        OfAgent(Name tenant, Name agent, Id task, Id key, String binding) {
            super(tenant);
            this.agent = agent;
            this.task = task;
            this.key = key;
            this.binding = binding;
        }

        public Name agent() {
            return agent;
        }

        public Id task() {
            return task;
        }

        public Id key() {
            return key;
        }

        /**
         * Whoever has shown which agent it is, and not under which task: it can be refused, and nothing else, for no task
         * has this id.
         */
        static OfAgent ofNoTask(Name tenant, Name agent, Id shown) {
            return new OfAgent(tenant, agent, shown, shown, "none");
        }

        /** Whether it is said under which task. */
        boolean ofATask() {
            return !task.equals(key);
        }

        /** How the credential is bound to its holder: {@code none} for a plain key. */
        public String binding() {
            return binding;
        }

        /** Whether another caller is the same holder of the same authority. */
        public boolean same(OfAgent other) {
            return tenant().equals(other.tenant())
                    && agent.equals(other.agent)
                    && task.equals(other.task)
                    && key.equals(other.key);
        }
    }

    /** A person, and how it was shown to be that person. */
    public static final class OfPerson extends Caller {
        private final Id person;
        private final String proof;

        OfPerson(Name tenant, Id person, String proof) {
            super(tenant);
            this.person = person;
            this.proof = proof;
        }

        public Id person() {
            return person;
        }

        /** {@code passkey}, {@code session} or {@code cli}. */
        public String proof() {
            return proof;
        }
    }
}
