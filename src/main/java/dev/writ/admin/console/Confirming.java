package dev.writ.admin.console;

import dev.writ.guard.Caller;
import dev.writ.guard.Entrance;
import dev.writ.guard.Entrance.Entered;
import dev.writ.guard.control.Own;
import dev.writ.http.server.Answer;
import dev.writ.pages.Block;
import dev.writ.pages.Block.Field.Hidden;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.ReturnPath;
import dev.writ.pages.Visits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The passkey once more, for one purpose: {@code /ui/confirm?purpose=…&return=…}. Whoever sent the person here asks
 * {@code Entrance.confirmed} for the same purpose afterwards; the proof is good once and for five minutes.
 */
final class Confirming {
    private static final String PURPOSE = "[a-z]{2,20}:[A-Za-z0-9_.:-]{1,100}";

    private final Entrance entrance;
    private final Own own;

    Confirming(Entrance entrance, Own own) {
        this.entrance = entrance;
        this.own = own;
    }

    Answer page(Asked asked) {
        return switch (asked.visit()) {
            case Visits.Visit.Stranger<Caller.OfPerson>(var toSignIn) -> toSignIn;
            case Visits.Visit.Known<Caller.OfPerson>(var person, var csrf) ->
                shown(
                        asked,
                        person,
                        csrf,
                        asked.request().query("purpose").orElse(""),
                        ReturnPath.of(asked.request().query("return")),
                        Optional.empty());
        };
    }

    Answer confirm(Asked asked) {
        return switch (asked.posted()) {
            case Visits.Posted.Bad<Caller.OfPerson>(var instead) -> instead;
            case Visits.Posted.Good<Caller.OfPerson>(var person, var csrf, var form) -> {
                var purpose = form.one("purpose").orElse("");
                var back = ReturnPath.of(form.one("return"));
                var entered = entrance.confirm(
                        Entering.at(asked),
                        asked.cookie(),
                        purpose,
                        form.one("answer").orElse(""));
                yield switch (entered) {
                    case Entered.Out(var why) -> shown(asked, person, csrf, purpose, back, Optional.of(why));
                    case Entered.In _ -> Pages.seeOther(back.orElse(asked.path("")));
                };
            }
        };
    }

    private Answer shown(
            Asked asked,
            Caller.OfPerson person,
            String csrf,
            String purpose,
            Optional<String> back,
            Optional<String> trouble) {
        var options = purpose.matches(PURPOSE)
                ? entrance.toConfirm(Entering.at(asked), asked.cookie(), purpose)
                : Optional.<dev.writ.base.Json.Obj>empty();
        if (options.isEmpty())
            return Pages.render(Page.error(
                    409,
                    "This cannot be confirmed",
                    "You have no passkey here, or the link that led here is not complete.",
                    "Ask an administrator for a link with which you make a passkey: writ person link."));
        var blocks = new ArrayList<Block>();
        trouble.ifPresent(why -> blocks.add(new Block.Notice(Block.Tone.BAD, Entering.sentence(why))));
        blocks.add(new Block.Text("What you are about to do takes your passkey once more."));
        blocks.add(Block.Facts.of(new Block.Fact("For", purpose)));
        blocks.add(new Block.Ceremony(
                asked.path("/confirm"),
                csrf,
                false,
                options.get().text(),
                List.of(new Hidden("purpose", purpose), new Hidden("return", back.orElse(""))),
                "Confirm with your passkey"));
        var name = own.self(person).map(Own.Self::name).orElse("");
        return asked.page(name, csrf, "Confirm that it is you", blocks);
    }
}
