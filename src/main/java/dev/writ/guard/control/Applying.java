package dev.writ.guard.control;

import dev.writ.authority.Authority;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.registry.Group.Kind;
import dev.writ.registry.Tool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Makes what there is like what documents say, and writes such documents. What is so already is left alone, so the
 * second application of the same documents changes nothing. Each step is an order of its own.
 */
public final class Applying {
    public static final int RESOURCES_MAX = 500;

    private final Control control;
    private final Directory directory;
    private final Authority authority;

    Applying(Control control, Control.Parts parts, Directory directory) {
        this.control = control;
        this.directory = directory;
        this.authority = parts.authority();
    }

    /** What became of a resource: created, updated, unchanged or refused. */
    public record Item(String kind, String name, String change, Optional<String> why) {}

    /** What is to be done about a resource; the steps run in order, and the first that is not done ends it. */
    private record Steps(String change, List<Supplier<Reply<?>>> steps, Optional<String> why) {
        static Steps none() {
            return new Steps("unchanged", List.of(), Optional.empty());
        }

        static Steps refused(String why) {
            return new Steps("refused", List.of(), Optional.of(why));
        }

        static Steps created(Supplier<Reply<?>> step) {
            return new Steps("created", List.of(step), Optional.empty());
        }

        static Steps updated(List<Supplier<Reply<?>>> steps) {
            return steps.isEmpty() ? none() : new Steps("updated", List.copyOf(steps), Optional.empty());
        }
    }

    /**
     * Stops at the first resource that is refused; those after it are not looked at. What others need comes first,
     * whatever the order of the files: people, groups, agents, servers, tasks.
     */
    public Reply<List<Item>> apply(Caller.OfPerson caller, List<Resource> unordered, boolean dryRun) {
        if (unordered.size() > RESOURCES_MAX)
            return new Reply.Invalid<>("at most " + RESOURCES_MAX + " resources are applied at once");
        var resources = inOrder(unordered, directory.of(caller).agents().keySet());
        return directory.reading(caller, () -> {
            var coming = resources.stream().map(Resource::title).collect(Collectors.toUnmodifiableSet());
            var checked = new ArrayList<Item>();
            for (var resource : resources) {
                checked.add(item(resource, stepsFor(caller, resource, coming)));
                if (refused(checked)) break;
            }
            return new Reply.Done<>(dryRun || refused(checked) ? List.copyOf(checked) : applied(caller, resources));
        });
    }

    /** Groups come before agents, so an agent that is new joins its groups itself. */
    private static List<Resource> inOrder(List<Resource> unordered, Set<Name> known) {
        var fresh = new TreeSet<String>();
        for (var resource : unordered)
            if (resource instanceof Resource.Agent agent && !known.contains(agent.name()))
                fresh.add(agent.name().text());
        return unordered.stream()
                .map(resource -> switch (resource) {
                    case Resource.Group group when group.of() == Kind.AGENTS -> group.without(fresh);
                    case Resource.Agent agent
                    when fresh.contains(agent.name().text()) -> agent.joining(groupsNaming(agent.name(), unordered));
                    default -> resource;
                })
                .sorted(java.util.Comparator.comparingInt(Applying::place))
                .toList();
    }

    private static Set<Name> groupsNaming(Name agent, List<Resource> resources) {
        var groups = new TreeSet<Name>();
        for (var resource : resources)
            if (resource instanceof Resource.Group group && group.members().contains(agent.text()))
                groups.add(group.name());
        return groups;
    }

    private static int place(Resource resource) {
        return switch (resource) {
            case Resource.Tenant _ -> 0;
            case Resource.Person _ -> 1;
            case Resource.Group _ -> 2;
            case Resource.Agent _ -> 3;
            case Resource.Provider _ -> 3;
            case Resource.Server _ -> 4;
            case Resource.Task _, Resource.Mandate _ -> 5;
        };
    }

    private List<Item> applied(Caller.OfPerson caller, List<Resource> resources) {
        var items = new ArrayList<Item>();
        for (var resource : resources) {
            // Worked out anew, for the resources before may have made what this one needs.
            items.add(done(resource, stepsFor(caller, resource, Set.of())));
            if (refused(items)) break;
        }
        return List.copyOf(items);
    }

    private static boolean refused(List<Item> items) {
        return items.getLast().change().equals("refused");
    }

    private static Item item(Resource resource, Steps steps) {
        return new Item(resource.kind(), resource.title(), steps.change(), steps.why());
    }

    private static Item done(Resource resource, Steps steps) {
        var why = steps.why();
        for (var step : steps.steps()) {
            var obstacle = step.get().obstacle();
            if (obstacle.isPresent()) return new Item(resource.kind(), resource.title(), "refused", obstacle);
        }
        return new Item(resource.kind(), resource.title(), steps.change(), why);
    }

    /** @param coming names that resources of the same application bring */
    private Steps stepsFor(Caller.OfPerson caller, Resource resource, Set<String> coming) {
        return switch (resource) {
            case Resource.Tenant(var name) ->
                name.equals(caller.tenant())
                        ? Steps.none()
                        : Steps.refused("this credential is for the tenant " + caller.tenant());
            case Resource.Person person -> person(caller, person);
            case Resource.Group group -> group(caller, group, coming);
            case Resource.Agent agent -> agent(caller, agent, coming);
            case Resource.Provider provider -> provider(caller, provider);
            case Resource.Server server -> server(caller, server);
            case Resource.Task task -> task(caller, task);
            case Resource.Mandate mandate -> mandate(caller, mandate);
        };
    }

    private Steps person(Caller.OfPerson caller, Resource.Person wanted) {
        if (!(directory.person(caller.tenant(), wanted.email())
                instanceof Reply.Done<dev.writ.registry.Person>(var known, var _)))
            return wanted.email().contains("@")
                    ? Steps.created(() -> control.people().create(caller, wanted))
                    : Steps.refused("a person's name is an e-mail address");
        if (!known.displayName().equals(wanted.displayName()))
            return Steps.refused("a display name cannot be changed yet");
        var roles = new TreeSet<Name>();
        for (var group : directory.of(caller).groupsOf(known.id()))
            if (group.text().startsWith(Resources.ROLE)) roles.add(group);
        var steps = new ArrayList<Supplier<Reply<?>>>();
        var wantedRoles = wanted.roles().orElse(roles);
        for (var role : wantedRoles)
            if (!roles.contains(role)) steps.add(() -> control.groups().join(caller, role.text(), known.email()));
        for (var role : roles)
            if (!wantedRoles.contains(role))
                steps.add(() -> control.groups().leave(caller, role.text(), known.email()));
        return Steps.updated(steps);
    }

    private Steps group(Caller.OfPerson caller, Resource.Group wanted, Set<String> coming) {
        var found = directory.of(caller).group(wanted.name());
        if (found.isEmpty()) return Steps.created(() -> control.groups().create(caller, wanted));
        var known = found.get();
        if (known.kind() != wanted.of()) return Steps.refused("a group of people does not become one of agents");
        var present = new TreeSet<>(wanted.members());
        present.removeAll(coming);
        if (!(control.groups().members(caller.tenant(), wanted.of(), present)
                instanceof Reply.Done<Set<String>>(var members, var _)))
            return Steps.refused("not every member is known");
        var steps = new ArrayList<Supplier<Reply<?>>>();
        boolean same = known.quorum() == wanted.quorum()
                && known.proof() == wanted.proof()
                && known.separation() == wanted.separation();
        if (!same) steps.add(() -> control.groups().changeRule(caller, wanted));
        for (var member : members)
            if (!known.members().contains(member))
                steps.add(() -> control.groups().join(caller, wanted.name().text(), member));
        for (var member : new TreeSet<>(known.members()))
            if (!members.contains(member))
                steps.add(() -> control.groups().leave(caller, wanted.name().text(), member));
        return Steps.updated(steps);
    }

    private Steps agent(Caller.OfPerson caller, Resource.Agent wanted, Set<String> coming) {
        var snapshot = directory.of(caller);
        if (!(directory.person(caller.tenant(), wanted.owner())
                instanceof Reply.Done<dev.writ.registry.Person>(var owner, var _)))
            return coming.contains(wanted.owner())
                    ? Steps.created(() -> control.agents().create(caller, wanted))
                    : Steps.refused("the owner is not known");
        var found = snapshot.agent(wanted.name());
        if (found.isEmpty()) return Steps.created(() -> control.agents().create(caller, wanted));
        var known = found.get();
        if (!known.purpose().equals(wanted.purpose()) || known.modelTier() != wanted.modelTier())
            return Steps.refused("purpose and model tier are chosen once; register another agent");
        var steps = new ArrayList<Supplier<Reply<?>>>();
        if (!known.owner().equals(owner.id()))
            steps.add(() -> control.agents().transfer(caller, wanted.name(), owner.id()));
        wanted.recertifyBy()
                .filter(until ->
                        !until.truncatedTo(java.time.temporal.ChronoUnit.MILLIS).equals(known.recertifyBy()))
                .ifPresent(until -> steps.add(
                        () -> control.agents().recertify(caller, wanted.name().text(), until)));
        var groups = snapshot.groupsOf(wanted.name());
        var wantedGroups = wanted.groups().orElse(groups);
        for (var group : wantedGroups)
            if (!groups.contains(group))
                steps.add(() -> control.groups()
                        .join(caller, group.text(), wanted.name().text()));
        for (var group : groups)
            if (!wantedGroups.contains(group))
                steps.add(() -> control.groups()
                        .leave(caller, group.text(), wanted.name().text()));
        return Steps.updated(steps);
    }

    private Steps provider(Caller.OfPerson caller, Resource.Provider wanted) {
        var known = control.providers().known(caller.tenant(), wanted.name()).map(Providers::resource);
        if (known.equals(java.util.Optional.of(wanted))) return Steps.none();
        Supplier<Reply<?>> step = () -> control.providers().set(caller, wanted);
        return known.isEmpty() ? Steps.created(step) : Steps.updated(List.of(step));
    }

    private Steps server(Caller.OfPerson caller, Resource.Server wanted) {
        var snapshot = directory.of(caller);
        var name = wanted.name().text();
        var found = snapshot.server(wanted.name());
        if (found.isEmpty()) {
            var bare = new Resource.Server(
                    wanted.name(),
                    wanted.transport(),
                    wanted.trust(),
                    wanted.credentials(),
                    wanted.access(),
                    java.util.Map.of());
            return new Steps(
                    "created",
                    List.of(() -> control.servers().create(caller, bare)),
                    wanted.tools().isEmpty()
                            ? Optional.empty()
                            : Optional.of("inspect it, then apply again to approve its tools"));
        }
        var known = found.get();
        var steps = new ArrayList<Supplier<Reply<?>>>();
        if (!known.transport().equals(wanted.transport()))
            steps.add(() -> control.servers().move(caller, wanted.name(), wanted.transport()));
        if (known.trust() != wanted.trust())
            steps.add(() -> control.servers().changeTrust(caller, wanted.name(), wanted.trust()));
        if (!known.credentials().equals(wanted.credentials()) || !known.access().equals(wanted.access()))
            steps.add(() ->
                    control.servers().changeCredentials(caller, wanted.name(), wanted.credentials(), wanted.access()));
        var approvals = new HashMap<>(wanted.tools());
        approvals.entrySet().removeIf(tool -> snapshot.tool(wanted.name(), tool.getKey())
                .flatMap(Tool::pin)
                .filter(pin -> tool.getValue()
                                .digest()
                                .equals(Optional.of(pin.definition().digest()))
                        && pin.classification().equals(tool.getValue().classification()))
                .isPresent());
        if (!approvals.isEmpty())
            steps.add(() -> control.tools().approve(caller, name, new Resource.Approvals(approvals)));
        for (var tool : snapshot.toolsOf(wanted.name()))
            if (tool.pin().isPresent() && !wanted.tools().containsKey(tool.name()))
                steps.add(
                        () -> control.tools().withdraw(caller, name, tool.name().text()));
        return Steps.updated(steps);
    }

    private Steps task(Caller.OfPerson caller, Resource.Task wanted) {
        if (wanted.id().isEmpty()) return Steps.created(() -> control.tasks().open(caller, wanted));
        var known = authority.snapshot(caller.tenant()).tasks().values().stream()
                .filter(task -> task.id().text().equals(wanted.id().get()))
                .findFirst();
        if (known.isEmpty()) return Steps.refused("a task gets its id when it is opened; leave metadata.name out");
        var task = known.get();
        boolean same = task.agent().equals(wanted.agent())
                && task.purpose().equals(wanted.purpose())
                && task.scope().equals(wanted.scope())
                && task.callBudget() == wanted.calls();
        return same ? Steps.none() : Steps.refused("an open task is not changed; end it and open another one");
    }

    private Steps mandate(Caller.OfPerson caller, Resource.Mandate wanted) {
        var standing = control.mandates().standing(caller.tenant(), wanted.name());
        if (standing.isEmpty()) return Steps.created(() -> control.mandates().give(caller, wanted));
        return Mandates.same(standing.get(), wanted)
                ? Steps.none()
                : Steps.refused("a mandate is not changed; revoke it and give another one");
    }

    /** Everything that {@link #apply} takes: people, groups, agents, servers and open tasks. */
    public Reply<List<Json.Obj>> export(Caller.OfPerson caller) {
        return directory.reading(caller, () -> {
            var all = new ArrayList<Json.Obj>();
            all.add(Documents.tenant(caller.tenant()));
            return control.people()
                    .all(caller)
                    .then(people -> {
                        all.addAll(people);
                        return control.agents().all(caller);
                    })
                    .then(agents -> {
                        // Groups say who is in them, and come after what they are made of.
                        for (var agent : agents)
                            all.add(agent.with(
                                    "spec", agent.object("spec").orElseThrow().without("groups")));
                        return control.groups().all(caller);
                    })
                    .then(groups -> {
                        all.addAll(groups);
                        return control.providers().all(caller);
                    })
                    .then(providers -> {
                        all.addAll(providers);
                        return control.servers().all(caller);
                    })
                    .then(servers -> {
                        all.addAll(servers);
                        return control.tasks().all(caller, Optional.of("open"));
                    })
                    .map(tasks -> {
                        all.addAll(tasks);
                        return all.stream().map(each -> each.without("status")).toList();
                    });
        });
    }
}
