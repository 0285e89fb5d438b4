package dev.writ.cli;

import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine;

/**
 * The list of commands. Only those that the arguments mention are built: picocli takes some 10 ms for each, which would
 * be longer than most commands themselves.
 */
final class Commands {
    private record Entry(String name, String help) {}

    private static final List<Entry> ALL = List.of(
            new Entry("connect", "Writes a client's configuration so that its tools go through Writ."),
            new Entry("import", "Registers the servers of an mcp.json or server.json."),
            new Entry("apply", "Makes things as resource files say."),
            new Entry("export", "Prints everything as resources, as apply takes them."),
            new Entry("status", "Shows what the server is and how it is doing."),
            new Entry("doctor", "Looks for what is wrong or could be safer."),
            new Entry("can", "Asks whether an agent may call a tool, without doing it."),
            new Entry("login", "Keeps a server's address and your key for later commands."),
            new Entry("completion", "Prints a completion script for a shell."),
            new Entry("agent", "Agents: who they are, who owns them, whether they may act."),
            new Entry("task", "Tasks: what an agent may do, for whom, until when."),
            new Entry("mandate", "Standing orders: events may open tasks like this."),
            new Entry("break-glass", "Emergencies: two people, one server, at most an hour."),
            new Entry("consent", "What people consented to, and taking it back."),
            new Entry("tenant", "Stops and resumes every agent at once."),
            new Entry("server", "MCP servers and the definitions of their tools."),
            new Entry("group", "Groups of people, who approve, and of agents."),
            new Entry("person", "People and their roles."),
            new Entry("change", "Changes that wait for a second administrator."),
            new Entry("approval", "Actions that wait for a person's yes or no."),
            new Entry("decision", "What was decided, and why."),
            new Entry("evidence", "Verifies and exports the record of what happened."),
            new Entry("policy", "Checks and publishes policies."),
            new Entry("key", "Keys of tasks and people, and the ledger's own."),
            new Entry("secret", "Secrets that are injected into requests to servers."));

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
        for (var entry : ALL) if (wanted.test(entry)) line.addSubcommand(entry.name, command(entry.name, session));
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

    /** A switch and no table of constructors: making a table costs a lambda per command at every start. */
    private static Object command(String name, Session session) {
        return switch (name) {
            case "connect" -> new Connect(session);
            case "import" -> new Import(session);
            case "apply" -> new Apply(session);
            case "export" -> new Export(session);
            case "status" -> new Status(session);
            case "doctor" -> new Doctor(session);
            case "can" -> new Can(session);
            case "login" -> new Login(session);
            case "completion" -> new Completion(session);
            case "agent" -> new AgentCommands(session);
            case "task" -> new TaskCommands(session);
            case "mandate" -> new MandateCommands(session);
            case "break-glass" -> new BreakGlassCommands(session);
            case "consent" -> new ConsentCommands(session);
            case "tenant" -> new TenantCommands(session);
            case "server" -> new ServerCommands(session);
            case "group" -> new GroupCommands(session);
            case "person" -> new PersonCommands(session);
            case "change" -> new ChangeCommands(session);
            case "approval" -> new ApprovalCommands(session);
            case "decision" -> new DecisionCommands(session);
            case "evidence" -> new EvidenceCommands(session);
            case "policy" -> new PolicyCommands(session);
            case "key" -> new KeyCommands(session);
            case "secret" -> new SecretCommands(session);
            default -> throw new IllegalArgumentException("no command " + name);
        };
    }

    private static String list() {
        var list = new StringBuilder("Commands:\n");
        for (var entry : ALL) list.append(String.format("  %-12s%s%n", entry.name, entry.help));
        return list.toString();
    }
}
