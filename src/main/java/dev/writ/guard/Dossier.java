package dev.writ.guard;

import dev.writ.authority.Consent;
import dev.writ.authority.Task;
import dev.writ.base.Name;
import dev.writ.policy.PolicySet;
import dev.writ.policy.Prospect;
import dev.writ.policy.Value;
import dev.writ.registry.Server;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What stays the same from call to call as long as a task, its consent and the registry do: the texts that every record
 * and question repeats, written once. {@link World} keeps it for exactly the objects it was made of.
 */
final class Dossier {
    private final Task task;
    private final Optional<Consent> consent;
    private final TaskBrief brief;
    private final List<Name> agents;
    private final List<String> chain;
    private final Permit.Target target;
    private final String endpoint;
    private final String credentials;
    private final byte[] scope;
    private final Value.Record facts;
    private final Map<String, OfTool> tools = new ConcurrentHashMap<>();

    /** The same for one tool and callers with one binding of their credentials. */
    static final class OfTool {
        private final World.Callable callable;
        private final boolean consented;
        private final String binding;
        private final QuestionForm form;
        private volatile Foreseen foreseen = Foreseen.NOTHING;

        /** What one policy set may permit; weak, because a dossier that nobody uses must not keep old policies. */
        private record Foreseen(WeakReference<PolicySet> set, Prospect prospect) {
            static final Foreseen NOTHING = new Foreseen(new WeakReference<>(null), Prospect.NONE);
        }

        private OfTool(World.Callable callable, boolean consented, String binding, QuestionForm form) {
            this.callable = callable;
            this.consented = consented;
            this.binding = binding;
            this.form = form;
        }

        boolean consented() {
            return consented;
        }

        /** The form of the questions to policy, while nobody has approved anything. */
        QuestionForm form() {
            return form;
        }

        /** Whether some arguments could be permitted now; but for the time, worked out once for each policy set. */
        boolean mayPermit(PolicySet set, Standing standing) {
            var known = foreseen;
            if (!known.set.refersTo(set)) {
                known = new Foreseen(new WeakReference<>(set), set.prospect(Questions.anyCall(standing, callable)));
                foreseen = known;
            }
            return known.prospect.mayPermit(() -> Questions.anyCall(standing, callable));
        }
    }

    Dossier(Under under, Server server) {
        this.task = under.task();
        this.consent = under.consent();
        this.brief = under.brief();
        this.agents = under.agents();
        this.chain = under.chain();
        this.target = ActionDigests.target(server);
        this.endpoint = target.endpointDigest().toString();
        this.credentials = Credentials.named(server, under.person().id().text());
        this.scope = under.scope();
        this.facts = Questions.task(task, agents);
    }

    /** Whether it was made of these very objects; snapshots replace what changes, so the same object is the same fact. */
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(Task current, Optional<Consent> given) {
        return task == current && consent.orElse(null) == given.orElse(null);
    }

    TaskBrief brief() {
        return brief;
    }

    /** The persons and agents through whom the authority came, the person first. */
    List<String> chain() {
        return chain;
    }

    /** The agents among them, the one that acts last. */
    List<Name> agents() {
        return agents;
    }

    Permit.Target target() {
        return target;
    }

    /** The digest of the server's address or command, as text. */
    String endpoint() {
        return endpoint;
    }

    /** The names of the secrets that the server will see. */
    String credentials() {
        return credentials;
    }

    /** The task's scope as records show it, in canonical form. */
    byte[] scope() {
        return scope;
    }

    /** The task as policies see it. */
    Value.Record facts() {
        return facts;
    }

    @SuppressWarnings("ReferenceEquality") // a callable is made once for each snapshot
    OfTool tool(Standing standing, World.Callable callable) {
        var known = tools.get(callable.reference());
        var binding = standing.caller().binding();
        if (known != null && known.callable == callable && known.binding.equals(binding)) return known;
        boolean consented = standing.consented(callable);
        var question = Questions.call(standing, callable, consented, Value.Record.EMPTY);
        var made = new OfTool(callable, consented, binding, QuestionForm.of(question));
        standing.world().keeping();
        tools.put(callable.reference(), made);
        return made;
    }
}
