package dev.writ.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of a command: where it prints, whom it asks, which server it talks to. Nothing is opened before it is needed. */
final class Session implements AutoCloseable {
    private final Terminal terminal;
    private final Ink ink;
    private final Context context;
    private Output output;
    private @Nullable Api api;

    Session(Terminal terminal) {
        this.terminal = terminal;
        this.ink = Ink.of(terminal);
        this.context = new Context(terminal);
        this.output = new Output(terminal, ink, Output.Format.TABLE);
    }

    Terminal terminal() {
        return terminal;
    }

    Ink ink() {
        return ink;
    }

    Context context() {
        return context;
    }

    Output out() {
        return output;
    }

    void format(Output.Format format) {
        output = new Output(terminal, ink, format);
    }

    Api api() {
        if (api == null) api = new Api(context.access(output));
        return api;
    }

    /**
     * Lets a person confirm what cannot be taken back.
     *
     * @param given whether {@code --yes} was
     * @throws CliError without a terminal and without {@code --yes}
     */
    boolean confirmed(String question, boolean given) {
        if (given) return true;
        if (!terminal.interactive())
            throw CliError.usage("this needs a yes, and there is no terminal to ask on", "add --yes");
        output.ask(question + " [y/N] ");
        var answer = Input.line(terminal.in()).orElse("").strip();
        if (answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes")) return true;
        output.say("Nothing was changed.");
        return false;
    }

    /** A secret: typed unseen on a terminal, read from standard input otherwise. */
    String secret(String prompt) {
        Optional<String> typed = terminal.interactive()
                ? terminal.hiddenLine().apply(prompt)
                : Optional.of(Input.text(terminal.in())).map(String::strip);
        return typed.filter(t -> !t.isEmpty())
                .orElseThrow(() -> CliError.usage("no value was given", "type it, or pass it on standard input"));
    }

    @Override
    public void close() {
        if (api != null) api.close();
    }
}
