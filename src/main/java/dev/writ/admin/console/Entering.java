package dev.writ.admin.console;

import dev.writ.guard.Company;
import dev.writ.guard.Entrance;
import dev.writ.guard.Entrance.Entered;
import dev.writ.guard.control.Own;
import dev.writ.http.server.Answer;
import dev.writ.pages.Block;
import dev.writ.pages.Block.Field.Hidden;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.ReturnPath;
import dev.writ.pages.Site;
import dev.writ.pages.Submitted;
import dev.writ.pages.Times;
import dev.writ.pages.Visits;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Signing in: with a passkey, or with the one-time link that makes one. */
final class Entering {
    private static final String RETURN = "return";
    private static final String LINK = "link";

    private final Entrance entrance;
    private final Own own;
    private final Company company;

    Entering(Entrance entrance, Own own, Company company) {
        this.company = company;
        this.entrance = entrance;
        this.own = own;
    }

    Answer page(Asked asked) {
        return signInPage(asked, ReturnPath.of(asked.request().query(RETURN)), Optional.empty());
    }

    Answer signIn(Asked asked) {
        var guest = asked.visits().guest(asked.request());
        var form = asked.visits().posted(asked.request(), guest);
        if (form.isEmpty()) return Visits.notOurs();
        var back = back(form.get());
        var entered = entrance.withPasskey(
                at(asked), asked.tenant(), guest.id(), form.get().one("answer").orElse(""));
        return switch (entered) {
            case Entered.Out(var why) -> signInPage(asked, back, Optional.of(why));
            case Entered.In in -> in(asked, in, back);
        };
    }

    Answer link(Asked asked) {
        return linkPage(asked, asked.request().query(LINK).orElse(""), Optional.empty());
    }

    Answer enrol(Asked asked) {
        var guest = asked.visits().guest(asked.request());
        var form = asked.visits().posted(asked.request(), guest);
        if (form.isEmpty()) return Visits.notOurs();
        var link = form.get().one(LINK).orElse("");
        var entered = entrance.withLink(
                at(asked),
                asked.tenant(),
                guest.id(),
                link,
                form.get().one("answer").orElse(""));
        return switch (entered) {
            case Entered.Out(var why) -> linkPage(asked, link, Optional.of(why));
            case Entered.In in -> in(asked, in, Optional.empty());
        };
    }

    private Answer signInPage(Asked asked, Optional<String> back, Optional<String> trouble) {
        if (!at(asked).named()) return unnamed();
        var guest = asked.visits().guest(asked.request());
        var blocks = new ArrayList<Block>();
        trouble.ifPresent(why -> blocks.add(new Block.Notice(Block.Tone.BAD, sentence(why))));
        blocks.add(new Block.Text(
                "Use the passkey that you made for Writ: your device asks you to confirm that it is you."));
        blocks.add(new Block.Ceremony(
                asked.path("/sign-in"),
                guest.csrf(),
                false,
                entrance.toSignIn(at(asked), asked.tenant(), guest.id()).text(),
                List.of(new Hidden(RETURN, back.orElse(""))),
                "Sign in with a passkey"));
        for (var provider : company.names(asked.tenant()))
            blocks.add(new Block.Link(
                    "Sign in with " + provider,
                    asked.path("/provider/" + provider)
                            + back.map(to -> "?return=" + URLEncoder.encode(to, StandardCharsets.UTF_8))
                                    .orElse("")));
        blocks.add(new Block.Heading("No passkey yet?"));
        blocks.add(
                new Block.Text(
                        "An administrator makes a link for you, good for ten minutes: writ person link followed by your e-mail address."));
        var page = new Page(trouble.isPresent() ? 403 : 200, "Sign in", Optional.empty(), blocks, java.util.Set.of());
        return asked.visits().remembering(guest, Pages.render(page));
    }

    private Answer linkPage(Asked asked, String link, Optional<String> trouble) {
        if (!at(asked).named()) return unnamed();
        var guest = asked.visits().guest(asked.request());
        var welcome = entrance.toEnrol(at(asked), asked.tenant(), guest.id(), link);
        if (welcome.isEmpty())
            return Pages.render(Page.error(
                    403,
                    "This link is not good any more",
                    "A link works once and for ten minutes, and a newer one takes the place of an older one.",
                    "Ask an administrator for another: writ person link followed by your e-mail address. Who sits at the"
                            + " machine that runs Writ can make one there."));
        var blocks = new ArrayList<Block>();
        trouble.ifPresent(why -> blocks.add(new Block.Notice(Block.Tone.BAD, sentence(why))));
        blocks.add(new Block.Text("Hello " + welcome.get().name()
                + ". Make a passkey on this device: it takes the place of a password, and never leaves the device or the"
                + " manager that keeps it."));
        blocks.add(new Block.Ceremony(
                asked.path("/enrol"),
                guest.csrf(),
                true,
                welcome.get().options().text(),
                List.of(new Hidden(LINK, link)),
                "Make a passkey"));
        blocks.add(new Block.Text("Not " + welcome.get().name() + "? Then close this page; nothing has happened."));
        var page = new Page(
                trouble.isPresent() ? 403 : 200, "Make your passkey", Optional.empty(), blocks, java.util.Set.of());
        return asked.visits().remembering(guest, Pages.render(page));
    }

    /** Goes on by itself, unless there is something that the person should read first. */
    Answer in(Asked asked, Entered.In in, Optional<String> back) {
        var to = back.orElse(asked.path(""));
        var news = own.news(in.person(), in.cookie().orElseThrow().reveal());
        var blocks = new ArrayList<Block>();
        if (news.isEmpty()) {
            blocks.add(new Block.Onward("Continue", to));
        } else {
            blocks.add(
                    new Block.Text("Since your last sign-in this was changed about you. If you did not expect it, tell"
                            + " another administrator before you go on."));
            blocks.add(new Block.Items(news.stream()
                    .map(each -> Times.of(each.at()) + ": " + each.text())
                    .toList()));
            blocks.add(new Block.Link("Continue", to));
        }
        var page = Pages.render(Page.of("You are signed in", blocks));
        return asked.visits().signedIn(in.cookie().orElseThrow(), page);
    }

    private static Answer unnamed() {
        return Pages.render(Page.error(
                409,
                "Passkeys need a name",
                "This address is a number, and a passkey belongs to a host's name.",
                "Set public_url in writ.yaml to the name under which people reach Writ, then start it again."));
    }

    private static Optional<String> back(Submitted form) {
        return ReturnPath.of(form.one(RETURN));
    }

    static Entrance.At at(Asked asked) {
        Site site = asked.visits().site();
        return new Entrance.At(site.host(), site.origin());
    }

    static String sentence(String why) {
        return why.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + why.substring(1) + ".";
    }
}
