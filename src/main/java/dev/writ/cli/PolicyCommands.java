package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.policy.publish.Finding;
import dev.writ.policy.publish.FrontEnd;
import dev.writ.policy.publish.PolicyCheck;
import dev.writ.policy.publish.PublishException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code writ policy …}. */
@Command(description = "Checks and publishes policies.")
final class PolicyCommands {
    private static final Duration CHECK_TIME_MAX = Duration.ofSeconds(60);

    private final Session session;

    PolicyCommands(Session session) {
        this.session = session;
    }

    @Command(
            description = {
                "Checks a folder of policies without any server; a schema.cedarschema in it tells the tools. Groups are not"
                        + " checked."
            })
    int check(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "DIR",
                            description = "The folder; else the tenant's in the data folder.")
                    Optional<String> folder) {
        var checked = folder.map(f -> session.terminal().path(f)).orElseGet(this::tenantFolder);
        List<Finding> findings;
        try {
            findings = new PolicyCheck(new FrontEnd(CHECK_TIME_MAX)).check(checked);
        } catch (PublishException e) {
            throw new CliError(Exit.FAILED, String.valueOf(e.getMessage()), checked.toString(), "check the folder");
        }
        boolean wrong = findings.stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR);
        session.out()
                .one(
                        json(findings, !wrong),
                        () -> findings.forEach(f -> session.out().shown(line(f))));
        session.out().say(wrong ? "The policies cannot be published." : "The policies are fine.");
        return wrong ? Exit.FAILED : Exit.DONE;
    }

    @Command(description = "Has the server read the tenant's policy folder and put it into force.")
    int publish() {
        Json.Obj published;
        try {
            published = session.api().post(Api.Path.of("policies", "publish"), Json.Obj.EMPTY);
        } catch (CliError e) {
            // 409 with findings is no conflict of ours: the policies are wrong, nothing was published.
            if (e.problem().array("findings").isEmpty()) throw e;
            throw CliError.of(e.problem(), Exit.FAILED, e.what(), e.why(), e.next());
        }
        session.out().one(published, Column.at("BUNDLE", "bundle"), Column.at("POLICIES", "count"));
        return Exit.DONE;
    }

    @Command(description = "Lists the policies in force, or shows the text of one.")
    int show(@Parameters(arity = "0..1", paramLabel = "ID", description = "The policy's id.") Optional<String> id) {
        var policies = session.api().get(Api.Path.of("policies"));
        if (id.isEmpty()) {
            session.out().one(policies, () -> policies.strings("ids").forEach(session.out()::shown));
            return Exit.DONE;
        }
        var text = text(policies, id.get())
                .orElseThrow(() -> new CliError(
                        Exit.FAILED,
                        "there is no policy " + id.get() + " in force",
                        "",
                        "list them with writ policy show"));
        session.out().one(Json.object().put("id", id.get()).put("text", text).build(), () -> session.out()
                .lines(text));
        return Exit.DONE;
    }

    /** The text of a policy among the sources, from its annotation to its semicolon. */
    static Optional<String> text(Json.Obj policies, String id) {
        for (var source :
                policies.object("sources").orElse(Json.Obj.EMPTY).members().values()) {
            if (!(source instanceof Json.Str(var text))) continue;
            int from = text.indexOf("@id(" + SafeJson.quoted(id) + ")");
            if (from >= 0) return Optional.of(text.substring(from, end(text, from)));
        }
        return Optional.empty();
    }

    /** Behind the semicolon that ends a policy; those in strings and comments do not count. */
    private static int end(String text, int from) {
        boolean inString = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (inString && c == '\\') i++;
            else if (c == '"') inString = !inString;
            else if (!inString && text.startsWith("//", i)) i = Math.max(i, text.indexOf('\n', i) - 1);
            else if (!inString && c == ';') return i + 1;
        }
        return text.length();
    }

    private Path tenantFolder() {
        var data = session.context().dataFolder();
        var tenant = session.context().tenant();
        if (data.isEmpty() || tenant.isEmpty())
            throw CliError.usage("which folder?", "name it, or name the data folder with --data");
        return data.get().resolve("policies").resolve(tenant.get());
    }

    private static String line(Finding finding) {
        return (finding.severity() == Finding.Severity.ERROR ? "error: " : "warning: ") + finding.text();
    }

    private static Json.Obj json(List<Finding> findings, boolean fine) {
        var items = new ArrayList<Json>();
        for (var finding : findings)
            items.add(Json.object()
                    .put("severity", finding.severity().name().toLowerCase(java.util.Locale.ROOT))
                    .put("file", finding.file())
                    .put("line", finding.line())
                    .put("column", finding.column())
                    .put("message", finding.message())
                    .put("suggestion", finding.suggestion())
                    .build());
        return Json.object()
                .put("fine", fine)
                .put("findings", new Json.Arr(items))
                .build();
    }
}
