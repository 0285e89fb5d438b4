package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code writ can AGENT call SERVER/TOOL}: a decision without the action; nothing is recorded or counted. */
@Command(description = "Asks whether an agent may call a tool, without doing it. Exit code 0 allow, 3 deny, 4 ask.")
final class Can implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "AGENT", description = "Who would act.")
    String agent = "";

    @Parameters(index = "1", paramLabel = "call", description = "The word call.")
    String verb = "";

    @Parameters(index = "2", paramLabel = "SERVER/TOOL", description = "The tool.")
    String target = "";

    @Option(
            names = "--arg",
            paramLabel = "NAME=TEXT|NAME:=JSON",
            description = "An argument of the call: a text after =, any JSON after :=.")
    @Nullable
    List<String> arguments;

    @Option(names = "--task", paramLabel = "TASK", description = "Under this task; else under the agent's open one.")
    Optional<String> task = Optional.empty();

    private final Session session;

    Can(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        int slash = target.indexOf('/');
        if (!verb.equals("call") || slash < 1 || slash == target.length() - 1)
            throw CliError.usage(
                    "the form is: writ can AGENT call SERVER/TOOL", "for example: writ can bot call shop/list_orders");
        var question = Json.object()
                .put("agent", agent)
                .put("task", task)
                .put("server", target.substring(0, slash))
                .put("tool", target.substring(slash + 1))
                .put("arguments", arguments(Resource.all(arguments)))
                .build();
        var answer = session.api().post(Api.Path.of("can"), question);
        session.out().one(answer, () -> show(answer));
        return switch (answer.string("verdict").orElse("")) {
            case "allow" -> Exit.DONE;
            case "ask" -> Exit.NEEDS_APPROVAL;
            default -> Exit.DENIED;
        };
    }

    private void show(Json.Obj answer) {
        var ink = session.ink();
        session.out()
                .data(
                        switch (answer.string("verdict").orElse("")) {
                            case "allow" -> ink.good("ALLOWED");
                            case "ask" -> ink.waiting("NEEDS APPROVAL");
                            case "absent" -> ink.bad("NOT THERE") + " (the agent sees no such tool)";
                            default -> ink.bad("DENIED");
                        });
        answer.string("why").filter(w -> !w.isEmpty()).ifPresent(w -> session.out()
                .shown("  why:      " + w));
        if (!answer.strings("policies").isEmpty())
            session.out().shown("  policies: " + String.join(", ", answer.strings("policies")));
        answer.get("of").ifPresent(of -> session.out().shown("  of:       " + groups(of)));
    }

    /** The sets of groups of which one suffices: {@code a, or b and c}. */
    static String groups(Json of) {
        if (!(of instanceof Json.Arr(var sets))) return Column.words(of);
        return sets.stream()
                .map(set -> Column.words(set).replace(", ", " and "))
                .collect(java.util.stream.Collectors.joining(", or "));
    }

    static Json.Obj arguments(List<String> given) {
        var arguments = Json.object();
        var seen = new java.util.HashSet<String>();
        for (var argument : given) {
            int equals = argument.indexOf('=');
            boolean json = equals > 0 && argument.charAt(equals - 1) == ':';
            var name = equals < 0 ? "" : argument.substring(0, json ? equals - 1 : equals);
            if (name.isEmpty())
                throw CliError.usage("--arg needs a name and a value", "write --arg name=text or --arg name:=5");
            if (!seen.add(name)) throw CliError.usage("the argument " + name + " is given twice", "give it once");
            var value = argument.substring(equals + 1);
            arguments.put(name, json ? json(name, value) : Json.of(value));
        }
        return arguments.build();
    }

    private static Json json(String name, String value) {
        try {
            return JsonReader.read(value.getBytes(UTF_8));
        } catch (JsonError e) {
            throw CliError.usage(
                    "the value of " + name + " is not JSON: " + e.getMessage(), "use = instead of := for a text");
        }
    }
}
