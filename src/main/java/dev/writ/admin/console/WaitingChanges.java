package dev.writ.admin.console;

import dev.writ.base.Json;
import dev.writ.guard.Caller;
import dev.writ.guard.Entrance.Entered;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.Own;
import dev.writ.guard.control.Reply;
import dev.writ.http.server.Answer;
import dev.writ.pages.Block;
import dev.writ.pages.Block.Fact;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.Submitted;
import dev.writ.pages.Visits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes that wait for a second administrator. Confirming one takes the passkey, for exactly this change. */
final class WaitingChanges {
    private final Control control;

    WaitingChanges(Control control) {
        this.control = control;
    }

    Answer all(Asked asked) {
        return switch (asked.visit()) {
            case Visits.Visit.Stranger<Caller.OfPerson>(var toSignIn) -> toSignIn;
            case Visits.Visit.Known<Caller.OfPerson>(var person, var csrf) ->
                switch (control.changes().waiting(person)) {
                    case Reply.Done<List<Json.Obj>>(var waiting, var _) -> {
                        var blocks = new ArrayList<Block>();
                        if (waiting.isEmpty()) blocks.add(new Block.Text("Nothing waits."));
                        for (var change : waiting)
                            blocks.add(new Block.Link(
                                    text(change, "operation") + " on " + text(change, "target") + ", proposed by "
                                            + text(change, "by"),
                                    asked.path("/changes/" + text(change, "id"))));
                        yield asked.page(name(person), csrf, "Changes that wait", blocks);
                    }
                    case Reply<?> other -> trouble(other);
                };
        };
    }

    Answer one(Asked asked) {
        return switch (asked.visit()) {
            case Visits.Visit.Stranger<Caller.OfPerson>(var toSignIn) -> toSignIn;
            case Visits.Visit.Known<Caller.OfPerson>(var person, var csrf) ->
                shown(asked, person, csrf, Optional.empty());
        };
    }

    Answer decide(Asked asked) {
        return switch (asked.posted()) {
            case Visits.Posted.Bad<Caller.OfPerson>(var instead) -> instead;
            case Visits.Posted.Good<Caller.OfPerson>(var person, var csrf, var form) -> {
                var id = asked.request().parameter("change");
                if (form.one("do").equals(Optional.of("withdraw")))
                    yield done(asked, person, csrf, control.changes().withdraw(person, id), "The change is withdrawn");
                yield confirmed(asked, person, csrf, id, form);
            }
        };
    }

    private Answer confirmed(Asked asked, Caller.OfPerson person, String csrf, String id, Submitted form) {
        var purpose = purpose(id);
        var answer = form.one("answer").orElse("");
        if (control.entrance().confirm(Entering.at(asked), asked.cookie(), purpose, answer)
                instanceof Entered.Out(var why)) return shown(asked, person, csrf, Optional.of(why));
        return control.entrance()
                .confirmed(asked.cookie(), purpose)
                .map(proved ->
                        done(asked, person, csrf, control.changes().confirm(proved, id), "The change is confirmed"))
                .orElseGet(() -> shown(asked, person, csrf, Optional.of("the confirmation is too old")));
    }

    private Answer shown(Asked asked, Caller.OfPerson person, String csrf, Optional<String> trouble) {
        var id = asked.request().parameter("change");
        return switch (control.changes().one(person, id)) {
            case Reply.Done<Json.Obj>(var change, var _) -> {
                var blocks = new ArrayList<Block>();
                trouble.ifPresent(why -> blocks.add(new Block.Notice(Block.Tone.BAD, Entering.sentence(why))));
                blocks.add(Block.Facts.of(
                        new Fact("Change", text(change, "operation")),
                        new Fact("On", text(change, "target")),
                        new Fact(
                                "Details",
                                change.object("details").orElse(Json.Obj.EMPTY).text()),
                        new Fact("Proposed by", text(change, "by")),
                        new Fact("At", text(change, "at")),
                        new Fact("Until", text(change, "until"))));
                var path = asked.path("/changes/" + text(change, "id"));
                control.entrance()
                        .toConfirm(Entering.at(asked), asked.cookie(), purpose(text(change, "id")))
                        .ifPresent(options -> blocks.add(new Block.Ceremony(
                                path, csrf, false, options.text(), List.of(), "Confirm with your passkey")));
                blocks.add(new Block.Form(
                        path, csrf, List.of(), List.of(new Block.Button("do", "withdraw", "Withdraw it", false))));
                yield asked.page(name(person), csrf, "A change that waits", blocks);
            }
            case Reply<?> other -> trouble(other);
        };
    }

    private Answer done(Asked asked, Caller.OfPerson person, String csrf, Reply<Json.Obj> reply, String title) {
        if (!(reply instanceof Reply.Done<Json.Obj>(var _, var warnings))) return trouble(reply);
        var blocks = new ArrayList<Block>();
        for (var warning : warnings) blocks.add(new Block.Notice(Block.Tone.PLAIN, Entering.sentence(warning)));
        blocks.add(new Block.Link("Changes that wait", asked.path("/changes")));
        return asked.page(name(person), csrf, title, blocks);
    }

    private static Answer trouble(Reply<?> reply) {
        int status =
                switch (reply) {
                    case Reply.Forbidden<?> _ -> 403;
                    case Reply.NotFound<?> _ -> 404;
                    case Reply.Unavailable<?> _ -> 503;
                    case Reply.Done<?> _, Reply.Conflict<?> _, Reply.Invalid<?> _, Reply.Waiting<?> _ -> 409;
                };
        return Pages.render(Page.error(
                status,
                "This is not possible",
                Entering.sentence(reply.obstacle().orElse("nothing was done")),
                "Nothing was changed. Go back, and look at how things are now."));
    }

    private String name(Caller.OfPerson person) {
        return control.own().self(person).map(Own.Self::name).orElse("");
    }

    private static String purpose(String change) {
        return "change:" + change;
    }

    private static String text(Json.Obj change, String member) {
        return change.string(member).orElse("");
    }
}
