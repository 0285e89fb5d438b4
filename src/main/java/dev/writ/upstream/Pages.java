package dev.writ.upstream;

import dev.writ.base.Json;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Function;

/** Follows a server's cursors to the end of a list (MCP server/utilities/pagination), within limits. */
final class Pages {
    static final int PAGES_MAX = 100;
    static final int ITEMS_MAX = 10_000;

    private Pages() {}

    /**
     * @param page asks for one page: its params in, the JSON-RPC answer out
     * @return an answer whose result holds all items and no cursor, or the server's error
     */
    static Json.Obj all(String member, Function<Optional<Json.Obj>, Json.Obj> page) {
        var items = new ArrayList<Json>();
        var cursor = Optional.<String>empty();
        for (int number = 0; number < PAGES_MAX; number++) {
            var answer =
                    page.apply(cursor.map(c -> Json.object().put("cursor", c).build()));
            if (answer.get("error").isPresent()) return answer;
            var result = answer.object("result").orElseThrow(() -> new UpstreamError(true, "a list without result"));
            result.array(member).ifPresent(found -> items.addAll(found.items()));
            if (items.size() > ITEMS_MAX)
                throw new UpstreamError(true, "the server lists more than " + ITEMS_MAX + " items");
            cursor = result.string("nextCursor");
            if (cursor.isEmpty())
                return Json.object()
                        .put("result", result.without("nextCursor").with(member, new Json.Arr(items)))
                        .build();
        }
        throw new UpstreamError(true, "the server's list has more than " + PAGES_MAX + " pages");
    }
}
