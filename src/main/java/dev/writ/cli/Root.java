package dev.writ.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code writ} itself: the options that every command has. */
@Command(
        name = "writ",
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = "writ COMMAND [OPTIONS]",
        description = "Decides what AI agents do before they do it, and proves it afterwards.",
        footer = {
            "",
            "Besides these, writ up starts the server, writ demo shows the main job in nine steps,",
            "and writ backup, restore and recover take care of a data folder."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or allowed",
            "1:failed",
            "2:wrong usage",
            "3:denied",
            "4:needs an approval",
            "5:evidence does not verify",
            "6:server not reachable",
            "7:conflict: something else stands there, or has changed since",
            "8:tests failed",
            "130:interrupted"
        })
final class Root implements Callable<Integer> {
    private final Session session;

    @Spec
    @org.jspecify.annotations.Nullable
    CommandSpec spec;

    Root(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(), "say which command");
    }

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and do nothing else.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and do nothing else.")
    boolean version;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "table (the default), json, jsonl or yaml.")
    void output(Output.Format format) {
        session.format(format);
    }

    @Option(
            names = "--url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "The server; else WRIT_URL, else what login kept, else the data folder's.")
    void url(String url) {
        session.context().url(url);
    }

    @Option(
            names = "--key-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "A file with your key; else WRIT_KEY, else what login kept, else the data folder's.")
    void keyFile(String file) {
        session.context().keyFile(file);
    }

    @Option(
            names = "--data",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description = "The data folder of a server on this machine; else WRIT_DATA, else writ-data here.")
    void data(String folder) {
        session.context().data(folder);
    }

    @Option(
            names = "--plain-http",
            scope = ScopeType.INHERIT,
            description = "Send the key unencrypted to another machine.")
    void plainHttp(boolean allowed) {
        session.context().plainHttp(allowed);
    }
}
