package dev.writ.identity;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.base.Proof;

/** Who a credential says is calling. Whether agent, task and person are still in force is asked elsewhere. */
public sealed interface Caller {
    /**
     * @param key the id of the key or of the grant, for records
     * @param binding how the credential is bound to its holder
     * @param ended the task is over: the credential is good for nothing but being told so
     */
    record AgentCaller(Name tenant, Name agent, Id task, Id key, Binding binding, boolean ended) implements Caller {}

    record PersonCaller(Name tenant, Id person, Id key, Proof proof) implements Caller {}

    record Unknown(Reason reason) implements Caller {}

    /** Why a caller is unknown. For records and counters; the caller itself is told none of it. */
    enum Reason {
        NO_CREDENTIAL,
        /** Not the form of any key. */
        MALFORMED,
        NO_SUCH_KEY,
        REVOKED,
        /** The key of a task that ended more than a day ago. */
        EXPIRED
    }
}
