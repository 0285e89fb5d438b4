package dev.writ.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A program to start. Words go to it as they are, no shell reads them; nothing is inherited.
 *
 * @param words the program, by path or found on the PATH of {@code environment}, and its arguments
 * @param environment all of the child's environment but one marker of ours
 */
public record Command(List<String> words, Map<String, String> environment, Path directory) {
    public Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
        if (words.isEmpty() || words.getFirst().isBlank()) throw new IllegalArgumentException("no program to start");
        for (var word : words)
            if (word.indexOf('\0') >= 0) throw new IllegalArgumentException("a word of the command has a NUL");
        environment.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0)
                throw new IllegalArgumentException("not an environment variable: " + name);
        });
    }
}
