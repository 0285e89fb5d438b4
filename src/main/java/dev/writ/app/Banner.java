package dev.writ.app;

import dev.writ.http.server.Route;
import dev.writ.store.Postgres;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code writ up} says once everything runs: where it is, and what to do next. */
final class Banner {
    private Banner() {}

    static String of(Wiring wiring) {
        var settings = wiring.parts().settings();
        var data = settings.data().toAbsolutePath().normalize();
        var audiences =
                wiring.server().routes().all().stream().map(Route::audience).collect(Collectors.toUnmodifiableSet());
        var agents = audiences.contains("agent") ? "  agents    " + wiring.url() + "/mcp/<server>\n" : "";
        var custody = settings.custody().equals("shared-user")
                ? "  custody   shared-user: agents that run as this system user could read the keys\n"
                : "  custody   separate\n";
        var database = settings.db()
                .map(url -> "  database  " + new Postgres(url, Optional::empty).shown() + "\n")
                .orElse("");
        var first = wiring.firstLink()
                .map(link -> "\nSign in for the first time, within ten minutes:\n  " + link + "\n")
                .orElse("");
        // As whoever reads this has typed it.
        var program = System.getProperty("writ.program", "writ");
        return """

                Writ %s is up.

                %s  people    %s/api/v1
                  data      %s
                %s%s%s
                Next, in another terminal:
                  %s --data %s status
                  %s --data %s doctor

                Policies are in %s; after an edit: %s policy publish
                Ctrl-C stops Writ; open calls are cut, nothing recorded is lost.
                """.formatted(
                        Version.TEXT,
                        agents,
                        wiring.url(),
                        data,
                        database,
                        custody,
                        first,
                        program,
                        data,
                        program,
                        data,
                        data.resolve("policies").resolve(Wiring.TENANT.text()),
                        program);
    }
}
