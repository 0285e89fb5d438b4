package dev.writ.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** The time between two looks at something. */
record Pause(Duration time) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})(ms|s|m)");

    static Pause of(Optional<String> given) {
        var form = FORM.matcher(given.orElse("2s"));
        if (!form.matches()) throw CliError.usage("not a time: " + given.orElse(""), "write 500ms, 2s or 1m");
        long n = Long.parseLong(form.group(1));
        var time =
                switch (form.group(2)) {
                    case "ms" -> Duration.ofMillis(n);
                    case "s" -> Duration.ofSeconds(n);
                    default -> Duration.ofMinutes(n);
                };
        return new Pause(time);
    }

    void await() {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliError(Exit.INTERRUPTED, "interrupted", "", "");
        }
    }
}
