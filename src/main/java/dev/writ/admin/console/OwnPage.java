package dev.writ.admin.console;

import dev.writ.guard.Caller;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.Own;
import dev.writ.http.server.Answer;
import dev.writ.pages.Block;
import dev.writ.pages.Block.Fact;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.Times;
import dev.writ.pages.Visits;
import java.util.ArrayList;
import java.util.List;

/** What concerns the signed-in person. */
final class OwnPage {
    private final Control control;

    OwnPage(Control control) {
        this.control = control;
    }

    Answer home(Asked asked) {
        return switch (asked.visit()) {
            case Visits.Visit.Stranger<Caller.OfPerson>(var toSignIn) -> toSignIn;
            case Visits.Visit.Known<Caller.OfPerson>(var person, var csrf) ->
                control.own()
                        .self(person)
                        .<Answer>map(self -> asked.page(self.name(), csrf, "You and Writ", blocks(asked, person, self)))
                        .orElseGet(OwnPage::inactive);
        };
    }

    Answer signOut(Asked asked) {
        return switch (asked.posted()) {
            case Visits.Posted.Bad<Caller.OfPerson>(var instead) -> instead;
            case Visits.Posted.Good<Caller.OfPerson> _ -> {
                control.entrance().signOut(asked.cookie());
                var page = Page.of(
                        "You are signed out",
                        new Block.Text("This browser holds no session of yours any more."),
                        new Block.Link("Sign in again", asked.path("/sign-in")));
                yield asked.visits().signedOut(Pages.render(page));
            }
        };
    }

    static Answer inactive() {
        return Pages.render(Page.error(
                403,
                "You are not active here",
                "Your access was taken back.",
                "If that is a mistake, an administrator can tell you more."));
    }

    private List<Block> blocks(Asked asked, Caller.OfPerson person, Own.Self self) {
        var blocks = new ArrayList<Block>();
        for (var news : control.own().news(person, asked.cookie()))
            blocks.add(new Block.Notice(Block.Tone.WARNING, Times.of(news.at()) + ": " + news.text()));
        blocks.add(Block.Facts.of(
                new Fact("Name", self.name()),
                new Fact("E-mail", self.email()),
                new Fact("Groups and roles", self.groups().isEmpty() ? "none" : String.join(", ", self.groups())),
                new Fact("Tenant", asked.tenant().text())));
        blocks.add(new Block.Heading("Passkeys"));
        var passkeys = control.own().passkeys(person);
        blocks.add(
                passkeys.isEmpty()
                        ? new Block.Text("None here. You sign in with the company's provider.")
                        : new Block.Items(
                                passkeys.stream().map(OwnPage::passkey).toList()));
        blocks.add(new Block.Heading("Where you are signed in"));
        blocks.add(new Block.Items(control.own().sessions(person).stream()
                .map(session -> "since " + Times.of(session.since()))
                .toList()));
        if (self.administers()) {
            blocks.add(new Block.Heading("Administration"));
            blocks.add(new Block.Link("Changes that wait for a second administrator", asked.path("/changes")));
        }
        return blocks;
    }

    private static String passkey(Own.Held passkey) {
        return "made " + Times.of(passkey.since())
                + passkey.used().map(at -> ", last used " + Times.of(at)).orElse(", not used since");
    }
}
