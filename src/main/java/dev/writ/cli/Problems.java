package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;

/** The server's problem answers (RFC 9457) in words, with the exit code that each status means. */
final class Problems {
    private Problems() {}

    static CliError of(int status, byte[] body, String server) {
        var problem = read(body);
        if (problem.string("title").isEmpty() && problem.string("detail").isEmpty())
            return new CliError(
                    exit(status),
                    server + " answered with status " + status,
                    "and no words of Writ's",
                    "check that " + server + " is a Writ server");
        var what = problem.string("title").orElse("status " + status);
        var why = problem.string("detail").orElse("");
        return CliError.of(problem, exit(status), what, why, next(status, problem));
    }

    /** 401 is a missing or unknown key: nothing was decided, so it is a failure and no denial. */
    private static int exit(int status) {
        return switch (status) {
            case 202 -> Exit.NEEDS_APPROVAL;
            case 403 -> Exit.DENIED;
            case 409 -> Exit.CONFLICT;
            case 502, 503, 504 -> Exit.UNREACHABLE;
            default -> Exit.FAILED;
        };
    }

    private static String next(int status, Json.Obj problem) {
        return switch (status) {
            case 202 ->
                "another administrator confirms it: writ change confirm "
                        + problem.string("waiting").orElse("CHANGE");
            case 401 -> "log in again with writ login, or check WRIT_KEY";
            case 403 ->
                problem.string("decision")
                        .map(decision -> "see why: writ decision explain " + decision)
                        .orElse("ask an admin for the role");
            case 404 -> "list what is there, or give more of the id";
            case 409 -> problem.get("findings").isPresent() ? "correct the findings" : "look at what is there now";
            case 503 -> "try again soon; writ status tells what is down";
            default -> "";
        };
    }

    private static Json.Obj read(byte[] body) {
        try {
            return JsonReader.read(new String(body, UTF_8)) instanceof Json.Obj object ? object : Json.Obj.EMPTY;
        } catch (JsonError e) {
            return Json.Obj.EMPTY;
        }
    }
}
