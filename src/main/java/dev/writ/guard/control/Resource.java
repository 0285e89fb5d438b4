package dev.writ.guard.control;

import dev.writ.authority.Part;
import dev.writ.authority.Scope;
import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Proof;
import dev.writ.registry.Access;
import dev.writ.registry.Classification;
import dev.writ.registry.Group.Kind;
import dev.writ.registry.Server.Credential;
import dev.writ.registry.ToolName;
import dev.writ.registry.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a person wants there to be, as a document says it: {@code apiVersion}, {@code kind}, {@code metadata.name},
 * {@code spec}; a {@code status} is read only and passed over. {@link Resources} reads documents.
 */
public sealed interface Resource {
    /** The kind as documents write it. */
    default String kind() {
        return getClass().getSimpleName();
    }

    /** How people name it. */
    String title();

    record Tenant(Name name) implements Resource {
        @Override
        public String title() {
            return name.text();
        }
    }

    /** @param roles groups that begin with {@code role-}; when absent, they are left as they are */
    record Person(String email, String displayName, Optional<Set<Name>> roles) implements Resource {
        public Person {
            roles = roles.map(Set::copyOf);
        }

        @Override
        public String title() {
            return email;
        }
    }

    /** @param members e-mail addresses of people, or names of agents */
    record Group(Name name, Kind of, int quorum, Proof proof, boolean separation, Set<String> members)
            implements Resource {
        public Group {
            members = Set.copyOf(members);
        }

        Group without(Set<String> some) {
            var fewer = new java.util.TreeSet<>(members);
            fewer.removeAll(some);
            return new Group(name, of, quorum, proof, separation, fewer);
        }

        @Override
        public String title() {
            return name.text();
        }
    }

    /**
     * An agent.
     *
     * @param owner e-mail or id of a person
     * @param groups when absent, they are left as they are
     */
    record Agent(
            Name name,
            String owner,
            String purpose,
            int modelTier,
            Optional<Instant> recertifyBy,
            Optional<Set<Name>> groups)
            implements Resource {
        public Agent {
            groups = groups.map(Set::copyOf);
        }

        Agent joining(Set<Name> more) {
            var all = new java.util.TreeSet<>(more);
            groups.ifPresent(all::addAll);
            return new Agent(name, owner, purpose, modelTier, recertifyBy, Optional.of(all));
        }

        @Override
        public String title() {
            return name.text();
        }
    }

    /** A company's identity provider; see {@link dev.writ.identity.Provider} for what each means. */
    record Provider(
            Name name,
            String issuer,
            String clientId,
            Optional<Name> secret,
            Set<String> domains,
            Map<String, String> claims,
            String groupsClaim,
            Map<String, Name> groups,
            boolean enrols)
            implements Resource {
        public Provider {
            domains = Set.copyOf(domains);
            claims = Map.copyOf(claims);
            groups = Map.copyOf(groups);
        }

        @Override
        public String title() {
            return name.text();
        }
    }

    record Server(
            Name name,
            Transport transport,
            int trust,
            List<Credential> credentials,
            Access access,
            Map<ToolName, Approving> tools)
            implements Resource {
        static final int TRANSPORT_BYTES_MAX = 16 * 1024;

        public Server {
            credentials = List.copyOf(credentials);
            tools = Map.copyOf(tools);
            // The whole command stands in the record of its registration.
            if (Canonical.bytes(transport.json()).length > TRANSPORT_BYTES_MAX)
                throw new IllegalArgumentException("a transport has at most " + TRANSPORT_BYTES_MAX + " bytes");
        }

        @Override
        public String title() {
            return name.text();
        }
    }

    /** Tools to be approved, by name. */
    record Approvals(Map<ToolName, Approving> tools) {
        public Approvals {
            tools = Map.copyOf(tools);
        }
    }

    /**
     * What a person says about a tool that is to be approved.
     *
     * @param digest of the definition that the person saw
     */
    record Approving(Optional<Digest> digest, Classification classification) {}

    /**
     * A task to be opened.
     *
     * @param id of the task that it should be, when the document comes from an export
     * @param person e-mail or id
     * @param lasting from now on; one of it and {@code until}
     */
    record Task(
            Optional<String> id,
            Name agent,
            String person,
            String purpose,
            Scope scope,
            long calls,
            Optional<Duration> lasting,
            Optional<Instant> until)
            implements Resource {
        static final int SCOPE_BYTES_MAX = 16 * 1024;

        public Task {
            if (lasting.isPresent() == until.isPresent())
                throw new IllegalArgumentException("a task has one of for (like 8h) and until (a time)");
            // The scope stands in the record of every intent.
            if (Canonical.bytes(scope.json()).length > SCOPE_BYTES_MAX)
                throw new IllegalArgumentException("a scope has at most " + SCOPE_BYTES_MAX + " bytes");
        }

        @Override
        public String title() {
            return id.orElse("(new)");
        }

        Instant deadline(Instant now) {
            return until.orElseGet(() -> now.plus(lasting.orElseThrow()));
        }
    }

    /**
     * A standing order of whoever gives it.
     *
     * @param lasting how long each task lives
     * @param uses how many tasks it may open
     * @param until 90 days from now when absent
     */
    record Mandate(
            Name name,
            Name agent,
            Name source,
            String purpose,
            Scope scope,
            long calls,
            Duration lasting,
            long atOnce,
            long uses,
            Optional<Instant> until)
            implements Resource {
        static final Duration STANDS = Duration.ofDays(90);

        public Mandate {
            if (Canonical.bytes(scope.json()).length > Task.SCOPE_BYTES_MAX)
                throw new IllegalArgumentException("a scope has at most " + Task.SCOPE_BYTES_MAX + " bytes");
        }

        @Override
        public String title() {
            return name.text();
        }
    }

    /** A task that two people open in an emergency; {@code person} is the e-mail or id of whom it is for. */
    record Emergency(Name agent, String person, String reason, Scope scope, long calls, Duration lasting) {
        public Emergency {
            if (Canonical.bytes(scope.json()).length > Task.SCOPE_BYTES_MAX)
                throw new IllegalArgumentException("a scope has at most " + Task.SCOPE_BYTES_MAX + " bytes");
        }
    }

    /**
     * What of a task is to be passed on; what is left out stays as the task has it.
     *
     * @param lasting from now on; at most one of it and {@code until}
     */
    record Delegation(
            Name agent,
            Optional<Set<Name>> servers,
            Optional<Set<String>> tools,
            Optional<Set<Name>> categories,
            Optional<Set<Name>> data,
            long calls,
            Optional<Duration> lasting,
            Optional<Instant> until) {
        public Delegation {
            if (lasting.isPresent() && until.isPresent())
                throw new IllegalArgumentException("give one of for (like 8h) and until (a time)");
        }

        Part part(Instant now) {
            return new Part(agent, servers, tools, categories, data, calls, until.or(() -> lasting.map(now::plus)));
        }

        /** What was asked, as the attempt's payload tells it. */
        Json.Obj asked(String task) {
            var asked =
                    Json.object().put("task", task).put("agent", agent.text()).put("calls", calls);
            servers.ifPresent(some -> asked.put("servers", Documents.texts(some)));
            tools.ifPresent(some -> asked.put("tools", new java.util.TreeSet<>(some)));
            categories.ifPresent(some -> asked.put("categories", Documents.texts(some)));
            data.ifPresent(some -> asked.put("data", Documents.texts(some)));
            lasting.ifPresent(time -> asked.put("seconds", time.toSeconds()));
            until.ifPresent(time -> asked.put("until", time.toString()));
            return asked.build();
        }
    }

    /** The envelope around a specification. */
    static Json.Obj document(String kind, Optional<String> name, Json.Obj spec, Json.Obj status) {
        var document = Json.object()
                .put("apiVersion", Resources.API_VERSION)
                .put("kind", kind)
                .put("metadata", Json.object().put("name", name).build())
                .put("spec", spec);
        return status.members().isEmpty()
                ? document.build()
                : document.put("status", status).build();
    }
}
