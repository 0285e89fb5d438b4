package dev.writ.cli;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import picocli.CommandLine;

/**
 * The list of commands. Only those that the arguments mention are built: picocli takes some 10 ms for each, which would
 * be longer than most commands themselves.
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
        var mentioned = List.of(arguments);
        return build(session, entry -> mentioned.contains(entry.name));
    }

    /** The command line with everything, for completion and to compare it with its page of documentation. */
    static CommandLine all(Session session) {
        return build(session, _ -> true);
    }

    static List<String> names() {
        return ALL.stream().map(Entry::name).toList();
    }

    private static CommandLine build(Session session, Predicate<Entry> wanted) {
        var line = new CommandLine(new Root(session));
        for (var entry : ALL) if (wanted.test(entry)) line.addSubcommand(entry.name, entry.command.apply(session));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false);
        line.setPosixClusteredShortOptionsAllowed(false);
        line.setUsageHelpWidth(100);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                session.ink().on() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.getHelpSectionMap().put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
        line.getHelpSectionMap().put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST, _ -> list());
        return line;
    }

    private static String list() {
        var list = new StringBuilder("Commands:\n");
        for (var entry : ALL) list.append(String.format("  %-12s%s%n", entry.name, entry.help));
        return list.toString();
    }
}
