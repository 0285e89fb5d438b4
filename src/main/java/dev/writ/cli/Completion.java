package dev.writ.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code writ completion}. */
@Command(description = "Prints a completion script: source it, or put it where your shell looks for such scripts.")
final class Completion implements Callable<Integer> {
    enum Shell {
        BASH,
        ZSH,
        FISH;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    Shell shell = Shell.BASH;

    private final Session session;

    Completion(Session session) {
        this.session = session;
    }

    /** What can follow a command: words for {@code writ}, {@code writ agent}, {@code writ agent list} … */
    private record Node(List<String> path, List<String> words) {}

    @Override
    public Integer call() {
        var nodes = new ArrayList<Node>();
        collect(Commands.all(session), List.of(), nodes);
        session.out()
                .data(
                        switch (shell) {
                            case BASH -> bash(nodes);
                            case ZSH -> "autoload -U +X bashcompinit && bashcompinit\n" + bash(nodes);
                            case FISH -> fish(nodes);
                        });
        return Exit.DONE;
    }

    private static void collect(CommandLine line, List<String> path, List<Node> nodes) {
        var words = new ArrayList<String>();
        line.getSubcommands().keySet().forEach(words::add);
        for (var option : line.getCommandSpec().options()) if (!option.hidden()) words.add(option.longestName());
        nodes.add(new Node(path, words));
        line.getSubcommands().forEach((name, sub) -> {
            var below = new ArrayList<>(path);
            below.add(name);
            collect(sub, below, nodes);
        });
    }

    /** One case per command; the words before the cursor that are no options name it. */
    private static String bash(List<Node> nodes) {
        var cases = new StringBuilder();
        for (var node : nodes)
            cases.append("    \"")
                    .append(String.join(" ", node.path))
                    .append("\") echo \"")
                    .append(String.join(" ", node.words))
                    .append("\" ;;\n");
        return """
                _writ_words() {
                  case "$1" in
                %s  esac
                }
                _writ() {
                  local current="${COMP_WORDS[COMP_CWORD]}" first="" path="" words="" i
                  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
                    case "${COMP_WORDS[i]}" in -*) break ;; *) first="${first:-${COMP_WORDS[i]}}"; path="${path:+$path }${COMP_WORDS[i]}" ;; esac
                  done
                  words=$(_writ_words "$path")
                  [ -n "$words" ] || words=$(_writ_words "$first")
                  COMPREPLY=($(compgen -W "$words" -- "$current"))
                  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
                }
                complete -F _writ writ""".formatted(cases);
    }

    private static String fish(List<Node> nodes) {
        var lines = new StringBuilder("complete -c writ -f\n");
        for (var node : nodes)
            for (var word : node.words) {
                lines.append("complete -c writ -n '")
                        .append(fishCondition(node.path))
                        .append("' ");
                if (word.startsWith("--")) lines.append("-l ").append(word.substring(2));
                else lines.append("-a ").append(word);
                lines.append('\n');
            }
        return lines.toString().stripTrailing();
    }

    private static String fishCondition(List<String> path) {
        if (path.isEmpty()) return "__fish_use_subcommand";
        var seen = new ArrayList<String>();
        for (var word : path) seen.add("__fish_seen_subcommand_from " + word);
        return String.join("; and ", seen);
    }
}
