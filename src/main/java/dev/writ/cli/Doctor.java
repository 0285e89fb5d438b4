package dev.writ.cli;

import dev.writ.base.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code writ doctor}. */
@Command(description = "Looks for what is wrong or could be safer.")
final class Doctor implements Callable<Integer> {
    private final Session session;

    Doctor(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var answer = session.api().get(Api.Path.of("doctor"));
        var findings = Output.objects(answer, "findings");
        session.out().one(answer, () -> findings.forEach(this::show));
        return findings.stream().anyMatch(f -> level(f).equals("error")) ? Exit.FAILED : Exit.DONE;
    }

    private void show(Json.Obj finding) {
        var out = session.out();
        var level = level(finding);
        out.data(session.ink().state(level)
                + " ".repeat(Math.max(0, 6 - level.length()))
                + dev.writ.base.Visible.text(finding.string("what").orElse(""), 2_000));
        if (level.equals("ok")) return;
        for (var part : List.of("why", "next"))
            finding.string(part).filter(t -> !t.isEmpty()).ifPresent(t -> out.shown("      " + part + ": " + t));
    }

    private static String level(Json.Obj finding) {
        return switch (finding.string("level").orElse("")) {
            case "ok" -> "ok";
            case "warn" -> "warn";
            default -> "error";
        };
    }
}
