package dev.writ.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Holds docs/cli.md against the program: commands, options and examples, in both directions. */
class PageTest {
    private static final Pattern HEADING = Pattern.compile("^### `writ ([a-z-]+(?: [a-z-]+)?)(?: .*)?`$");
    private static final Pattern OPTION = Pattern.compile("`(--?[a-zA-Z][a-z-]*)");
    private static final Set<String> GLOBAL = Set.of(
            "-h", "--help", "-V", "--version", "-o", "--output", "--url", "--key-file", "--data", "--plain-http");

    private final List<String> page = lines();
    private final CommandLine program = Commands.all(new Session(new Terminal(
            java.io.InputStream.nullInputStream(),
            new java.io.PrintStream(java.io.OutputStream.nullOutputStream()),
            new java.io.PrintStream(java.io.OutputStream.nullOutputStream()),
            false,
            _ -> java.util.Optional.empty(),
            Map.of(),
            Path.of("."))));

    @Test
    void thePageHasEveryCommandWithItsOptionsAndNoOther() {
        var documented = new LinkedHashMap<String, Set<String>>();
        Set<String> options = new TreeSet<>();
        for (var line : page) {
            var heading = HEADING.matcher(line);
            if (heading.matches()) {
                options = new TreeSet<>();
                documented.put(command(heading.group(1)), options);
            } else if (line.startsWith("## ")) options = new TreeSet<>();
            else if (line.startsWith("| `-"))
                OPTION.matcher(line.substring(0, line.indexOf(" |", 2)))
                        .results()
                        .map(m -> m.group(1))
                        .forEach(options::add);
        }
        var real = new LinkedHashMap<String, Set<String>>();
        collect(program, "", real);
        assertThat(documented).isEqualTo(real).hasSizeGreaterThan(50);
    }

    @Test
    void thePageHasTheOptionsOfEveryCommand() {
        var table = page.subList(page.indexOf("| option of every command | |"), page.indexOf("## Alone"));
        var listed = new TreeSet<String>();
        for (var line : table)
            if (line.startsWith("| `-"))
                OPTION.matcher(line.substring(0, line.indexOf(" |", 2)))
                        .results()
                        .map(m -> m.group(1))
                        .forEach(listed::add);
        assertThat(listed).isEqualTo(new TreeSet<>(GLOBAL));
        var real = new TreeSet<String>();
        program.getCommandSpec().options().forEach(o -> real.addAll(List.of(o.names())));
        assertThat(real).isEqualTo(new TreeSet<>(GLOBAL));
    }

    @Test
    void everyCommandHasAnExampleAndEveryExampleParses() {
        var withExample = new TreeSet<String>();
        boolean inExample = false;
        for (var line : page) {
            if (line.equals("```")) inExample = !inExample;
            else if (inExample)
                for (var part : line.split(" \\| "))
                    if (part.startsWith("writ ")) withExample.add(parsed(part.replaceAll(" [<>] \\S+$", "")));
        }
        var real = new LinkedHashMap<String, Set<String>>();
        collect(program, "", real);
        assertThat(withExample).isEqualTo(new TreeSet<>(real.keySet()));
    }

    private String parsed(String example) {
        var words = new ArrayList<String>();
        Pattern.compile("\"([^\"]*)\"|(\\S+)")
                .matcher(example)
                .results()
                .forEach(m -> words.add(m.group(1) != null ? m.group(1) : m.group(2)));
        var result = program.parseArgs(words.subList(1, words.size()).toArray(new String[0]));
        var path = new ArrayList<String>();
        while (result.hasSubcommand()) {
            result = result.subcommand();
            path.add(result.commandSpec().name());
        }
        return String.join(" ", path);
    }

    /** The words of a heading that name a command; a third word such as bash is an argument. */
    private String command(String words) {
        var parts = words.split(" ");
        var first = program.getSubcommands().get(parts[0]);
        return first != null && parts.length > 1 && first.getSubcommands().containsKey(parts[1]) ? words : parts[0];
    }

    private static void collect(CommandLine line, String path, Map<String, Set<String>> into) {
        if (line.getSubcommands().isEmpty()) {
            var options = new TreeSet<String>();
            line.getCommandSpec().options().forEach(o -> options.addAll(List.of(o.names())));
            options.removeAll(GLOBAL);
            into.put(path, options);
        }
        line.getSubcommands().forEach((name, sub) -> collect(sub, (path + " " + name).strip(), into));
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(Path.of("docs/cli.md"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
