package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.store.Copies;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One tenant's registry at one moment, immutable. What is not found here does not exist for the tenant.
 *
 * @param groupsOfPeople the groups that each person is in; kept apart from those of agents, for an agent may be named
 *     like a person's id
 */
public record RegistrySnapshot(
        Map<Id, Person> people,
        Map<Name, Group> groups,
        Map<Name, Agent> agents,
        Map<Name, Server> servers,
        Map<Name, Map<ToolName, Tool>> tools,
        Map<Name, List<RefusedTool>> refused,
        Map<Id, Set<Name>> groupsOfPeople,
        Map<Name, Set<Name>> groupsOfAgents) {
    public static final RegistrySnapshot EMPTY =
            new RegistrySnapshot(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public Optional<Person> person(Id id) {
        return Optional.ofNullable(people.get(id));
    }

    public Optional<Group> group(Name name) {
        return Optional.ofNullable(groups.get(name));
    }

    public Optional<Agent> agent(Name name) {
        return Optional.ofNullable(agents.get(name));
    }

    public Optional<Server> server(Name name) {
        return Optional.ofNullable(servers.get(name));
    }

    public Optional<Tool> tool(Name server, ToolName name) {
        return Optional.ofNullable(tools.getOrDefault(server, Map.of()).get(name));
    }

    public Collection<Tool> toolsOf(Name server) {
        return tools.getOrDefault(server, Map.of()).values();
    }

    /** What the newest list of a server held that was not taken. */
    public List<RefusedTool> refusedOf(Name server) {
        return refused.getOrDefault(server, List.of());
    }

    public Set<Name> groupsOf(Id person) {
        return groupsOfPeople.getOrDefault(person, Set.of());
    }

    public Set<Name> groupsOf(Name agent) {
        return groupsOfAgents.getOrDefault(agent, Set.of());
    }

    /** Whether there is a person with this id in the group who is active. */
    public boolean activeMember(Name group, Id person) {
        return groupsOf(person).contains(group)
                && person(person).filter(Person::active).isPresent();
    }

    RegistrySnapshot withPeople(Map<Id, Person> now) {
        return new RegistrySnapshot(now, groups, agents, servers, tools, refused, groupsOfPeople, groupsOfAgents);
    }

    RegistrySnapshot withGroups(Map<Name, Group> now) {
        return new RegistrySnapshot(
                people,
                now,
                agents,
                servers,
                tools,
                refused,
                memberships(now.values(), Group.Kind.PEOPLE, Id::new),
                memberships(now.values(), Group.Kind.AGENTS, Name::new));
    }

    RegistrySnapshot withAgents(Map<Name, Agent> now) {
        return new RegistrySnapshot(people, groups, now, servers, tools, refused, groupsOfPeople, groupsOfAgents);
    }

    RegistrySnapshot withServers(Map<Name, Server> now) {
        return new RegistrySnapshot(people, groups, agents, now, tools, refused, groupsOfPeople, groupsOfAgents);
    }

    RegistrySnapshot withToolsOf(Name server, Map<ToolName, Tool> now) {
        return new RegistrySnapshot(
                people,
                groups,
                agents,
                servers,
                Copies.with(tools, server, now),
                refused,
                groupsOfPeople,
                groupsOfAgents);
    }

    RegistrySnapshot withRefused(Name server, List<RefusedTool> now) {
        return new RegistrySnapshot(
                people,
                groups,
                agents,
                servers,
                tools,
                now.isEmpty() ? Copies.without(refused, server) : Copies.with(refused, server, now),
                groupsOfPeople,
                groupsOfAgents);
    }

    private static <M> Map<M, Set<Name>> memberships(
            Collection<Group> groups, Group.Kind kind, Function<String, M> member) {
        var found = new HashMap<M, Set<Name>>();
        for (var group : groups)
            if (group.kind() == kind)
                for (var text : group.members())
                    found.computeIfAbsent(member.apply(text), _ -> new TreeSet<>())
                            .add(group.name());
        found.replaceAll((_, names) -> Set.copyOf(names));
        return Map.copyOf(found);
    }
}
