package dev.writ.cli;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The list of commands. Only those that the arguments mention are looked into; the others are a name and a line of
 * help, because reading the annotations of them all would take longer than the command itself.
 */
final class Commands {
    private record Entry(String name, String help, Function<Session, Object> command) {}

    private static final List<Entry> ALL = List.of(
            new Entry("connect", "Writes a client's configuration so that its tools go through Writ.", Connect::new),
            new Entry("import", "Registers the servers of an mcp.json or server.json.", Import::new),
            new Entry("apply", "Makes things as resource files say.", Apply::new),
            new Entry("export", "Prints everything as resources, as apply takes them.", Export::new),
            new Entry("status", "Shows what the server is and how it is doing.", Status::new),
            new Entry("doctor", "Looks for what is wrong or could be safer.", Doctor::new),
            new Entry("can", "Asks whether an agent may call a tool, without doing it.", Can::new),
            new Entry("login", "Keeps a server's address and your key for later commands.", Login::new),
            new Entry("completion", "Prints a completion script for a shell.", Completion::new),
            new Entry("agent", "Agents: who they are, who owns them, whether they may act.", AgentCommands::new),
            new Entry("task", "Tasks: what an agent may do, for whom, until when.", TaskCommands::new),
            new Entry("server", "MCP servers and the definitions of their tools.", ServerCommands::new),
            new Entry("group", "Groups of people, who approve, and of agents.", GroupCommands::new),
            new Entry("person", "People and their roles.", PersonCommands::new),
            new Entry("approval", "Actions that wait for a person's yes or no.", ApprovalCommands::new),
            new Entry("decision", "What was decided, and why.", DecisionCommands::new),
            new Entry("evidence", "Verifies and exports the record of what happened.", EvidenceCommands::new),
            new Entry("policy", "Checks and publishes policies.", PolicyCommands::new),
            new Entry("key", "Makes keys for tasks and people.", KeyCommands::new),
            new Entry("secret", "Secrets that are injected into requests to servers.", SecretCommands::new));

    private Commands() {}

    /** The command line with what these arguments need. */
    static CommandLine needed(Session session, String[] arguments) {
        return build(session, Set.of(), List.of(arguments));
    }

    /** The command line with everything, for help pages and completion. */
    static CommandLine all(Session session) {
        return build(session, Set.copyOf(ALL.stream().map(Entry::name).toList()), List.of());
    }

    private static CommandLine build(Session session, Set<String> wanted, List<String> mentioned) {
        var line = new CommandLine(new Root(session));
        for (var entry : ALL)
            line.addSubcommand(
                    entry.name,
                    wanted.contains(entry.name) || mentioned.contains(entry.name)
                            ? entry.command.apply(session)
                            : stub(entry));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false);
        line.setPosixClusteredShortOptionsAllowed(false);
        line.setUsageHelpWidth(100);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                session.ink().on() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        return line;
    }

    private static CommandSpec stub(Entry entry) {
        var spec = CommandSpec.wrapWithoutInspection(entry);
        spec.usageMessage().description(entry.help);
        return spec;
    }
}
