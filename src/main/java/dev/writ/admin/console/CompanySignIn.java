package dev.writ.admin.console;

import dev.writ.base.Name;
import dev.writ.guard.Company;
import dev.writ.guard.Entrance.Entered;
import dev.writ.http.server.Answer;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.ReturnPath;
import java.util.Optional;

/** Signing in with the company's provider: there, and back with a code. */
final class CompanySignIn {
    private final Company company;
    private final Entering entering;
    private final Company.Web web;

    CompanySignIn(Company company, Entering entering, Company.Web web) {
        this.company = company;
        this.entering = entering;
        this.web = web;
    }

    Answer begin(Asked asked) {
        var name = name(asked);
        if (name.isEmpty()) return trouble("there is no such provider");
        var guest = asked.visits().guest(asked.request());
        var back = ReturnPath.of(asked.request().query("return")).orElse("");
        return switch (company.begin(web, callback(asked, name.get()), asked.tenant(), name.get(), guest.id(), back)) {
            case Company.Going.Nowhere(var why) -> trouble(why);
            case Company.Going.To(var url) ->
                asked.visits()
                        .remembering(
                                guest, Answer.empty(303).with("location", url).with("cache-control", "no-store"));
        };
    }

    Answer end(Asked asked) {
        var name = name(asked);
        if (name.isEmpty()) return trouble("there is no such provider");
        var guest = asked.visits().guest(asked.request());
        var request = asked.request();
        // A parameter that comes twice is as good as none: readers disagree on which one counts.
        var brought = new Company.Brought(
                only(asked, "code"), only(asked, "state"), only(asked, "iss"), request.query("error"));
        var arrived = company.end(web, callback(asked, name.get()), asked.tenant(), name.get(), guest.id(), brought);
        return switch (arrived.entered()) {
            case Entered.Out(var why) -> trouble(why);
            case Entered.In in -> entering.in(asked, in, ReturnPath.of(Optional.of(arrived.back())));
        };
    }

    private static Optional<String> only(Asked asked, String name) {
        var values = asked.request().queries(name);
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    private static String callback(Asked asked, Name name) {
        return asked.visits().site().at(asked.path("/provider/" + name + "/back"));
    }

    private static Optional<Name> name(Asked asked) {
        try {
            return Optional.of(new Name(asked.request().parameter("provider")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Answer trouble(String why) {
        return Pages.render(Page.error(
                403,
                "You are not signed in",
                Entering.sentence(why),
                "Nothing was granted. Go back to the page where you began and try again; if it lasts, show this sentence to"
                        + " an administrator, who finds more in the record."));
    }
}
