package dev.writ.admin.console;

import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.pages.Block;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.Visits;
import java.util.List;

/**
 * A request for a page of a tenant.
 *
 * @param prefix in front of every path: {@code /t/{tenant}}, or empty
 */
record Asked(Request request, Name tenant, String prefix, Visits<Caller.OfPerson> visits) {

    Visits.Visit<Caller.OfPerson> visit() {
        return visits.of(request, tenant.text(), prefix);
    }

    Visits.Posted<Caller.OfPerson> posted() {
        return visits.posted(request, tenant.text(), prefix);
    }

    String cookie() {
        return visits.cookie(request).orElse("");
    }

    String path(String below) {
        return prefix + "/ui" + below;
    }

    /** A page for a signed-in person. */
    Answer.Full page(String name, String csrf, String title, List<Block> blocks) {
        return Pages.render(Page.of(title, blocks).seenBy(new Page.Visitor(name, csrf, path("/sign-out"))));
    }
}
