package dev.writ.admin.console;

import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.Company;
import dev.writ.guard.control.Control;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import dev.writ.pages.Assets;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.Submitted;
import dev.writ.pages.Visits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The routes of {@code /ui}, once for the tenant of this installation and once with {@code /t/{tenant}} in front. */
public final class Console {
    private static final String TENANT = "/t/{tenant}";

    private final Visits<Caller.OfPerson> visits;
    private final Name home;
    private final Entering entering;
    private final Confirming confirming;
    private final OwnPage own;
    private final WaitingChanges changes;
    private final CompanySignIn company;

    /** @param home the tenant that paths without one speak of */
    public Console(Control control, Visits<Caller.OfPerson> visits, Company.Web web, Name home) {
        this.visits = visits;
        this.home = home;
        this.entering = new Entering(control.entrance(), control.own(), control.company());
        this.company = new CompanySignIn(control.company(), entering, web);
        this.confirming = new Confirming(control.entrance(), control.own());
        this.own = new OwnPage(control);
        this.changes = new WaitingChanges(control);
    }

    public List<Route> routes() {
        var routes = new ArrayList<>(Assets.routes());
        for (var prefix : List.of("", TENANT)) {
            routes.add(get(prefix, "", "visitor", own::home));
            routes.add(get(prefix, "/sign-in", "public", entering::page));
            routes.add(post(prefix, "/sign-in", "public", entering::signIn));
            routes.add(get(prefix, "/enrol", "public", entering::link));
            routes.add(post(prefix, "/enrol", "public", entering::enrol));
            routes.add(get(prefix, "/provider/{provider}", "public", company::begin));
            routes.add(get(prefix, "/provider/{provider}/back", "public", company::end));
            routes.add(post(prefix, "/sign-out", "visitor", own::signOut));
            routes.add(get(prefix, "/confirm", "visitor", confirming::page));
            routes.add(post(prefix, "/confirm", "visitor", confirming::confirm));
            routes.add(get(prefix, "/changes", "visitor", changes::all));
            routes.add(get(prefix, "/changes/{change}", "visitor", changes::one));
            routes.add(post(prefix, "/changes/{change}", "visitor", changes::decide));
        }
        return List.copyOf(routes);
    }

    /** What is for visitors leads whoever is none to signing in. */
    private Route get(String prefix, String path, String audience, Function<Asked, Answer> handler) {
        return new Route("GET", prefix + "/ui" + path, 0, audience, request -> {
            // Cookies and passkeys belong to one host; who comes by another name is sent there.
            if (!request.base().equals(visits.site().origin())) return visits.seeOther(request.target());
            return asked(request, prefix, handler);
        });
    }

    private Route post(String prefix, String path, String audience, Function<Asked, Answer> handler) {
        return new Route(
                "POST",
                prefix + "/ui" + path,
                Submitted.BODY_BYTES_MAX,
                audience,
                request -> asked(request, prefix, handler));
    }

    private Answer asked(Request request, String prefix, Function<Asked, Answer> handler) {
        if (prefix.isEmpty()) return handler.apply(new Asked(request, home, "", visits));
        try {
            var tenant = new Name(request.parameter("tenant"));
            return handler.apply(new Asked(request, tenant, "/t/" + tenant, visits));
        } catch (IllegalArgumentException e) {
            return Pages.render(Page.error(
                    404, "There is no such page", "The address is not one of Writ's.", "Check the address."));
        }
    }
}
