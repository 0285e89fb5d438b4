package dev.writ.gateway.oauth;

import dev.writ.base.Name;
import dev.writ.guard.control.Consents;
import dev.writ.pages.Block;
import dev.writ.pages.Page;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a person sees when a client asks for a task: who asks, and everything that the task may, to be narrowed. */
final class ConsentPage {
    static final String NEW = "new";
    /** Not chosen beforehand: whoever wants these says so. */
    private static final Set<String> GRAVE = Set.of("money", "irreversible", "external", "write");

    private final Wanted wanted;
    private final Consents.Offer offer;

    ConsentPage(Wanted wanted, Consents.Offer offer) {
        this.wanted = wanted;
        this.offer = offer;
    }

    /**
     * @param request the authorization request, which comes back with the form and is read anew
     * @param problem why the form was not taken, if it was sent before
     */
    Page page(String action, String csrf, String request, Optional<String> problem) {
        var client = wanted.client();
        var blocks = new ArrayList<Block>();
        problem.ifPresent(why -> blocks.add(new Block.Notice(Block.Tone.BAD, why)));
        blocks.add(new Block.Text(client.name() + " asks to act for you, " + offer.person()
                + ". What you allow here becomes a task; it ends when you, its owner or its time ends it."));
        blocks.add(Block.Facts.of(
                new Block.Fact("Client", client.name()),
                new Block.Fact(
                        "Vouched for by",
                        client.vouched().isEmpty() ? "nobody: the client chose its name itself" : client.vouched()),
                new Block.Fact("Answer goes to", shown(wanted.redirect())),
                new Block.Fact(
                        "Server", wanted.resource().server().map(Name::text).orElse("all that you choose below"))));
        if (Redirects.local(wanted.redirect()))
            blocks.add(new Block.Notice(
                    Block.Tone.WARNING,
                    "The answer goes to a program on this computer. Go on only if you have just started it yourself."));
        var fields = new ArrayList<Block.Field>();
        fields.add(new Block.Field.Hidden("request", request));
        if (!offer.tasks().isEmpty()) fields.add(tasks());
        fields.add(agents());
        fields.add(new Block.Field.Line(
                "agentName", "Name of a new agent", "", Optional.of("a-z, 0-9 and hyphens; you will own it")));
        fields.add(new Block.Field.Line(
                "purpose", "Purpose", "", Optional.of("what the task is for; it stands in every record")));
        fields.add(servers());
        fields.add(ticks("category", "What its tools may do", all(Consents.Reachable::categories), GRAVE));
        var data = all(Consents.Reachable::data);
        if (!data.isEmpty()) fields.add(ticks("data", "Which data it may touch", data, Set.of()));
        fields.add(new Block.Field.Line("calls", "At most this many calls", "500", Optional.empty()));
        fields.add(new Block.Field.Pick(
                "for",
                "For how long",
                List.of(
                        new Block.Choice("1h", "an hour", "", false),
                        new Block.Choice("8h", "eight hours", "", true),
                        new Block.Choice("24h", "a day", "", false),
                        new Block.Choice("168h", "a week", "", false)),
                Optional.empty()));
        blocks.add(new Block.Form(
                action,
                csrf,
                fields,
                List.of(
                        new Block.Button("decision", "allow", "Allow", true),
                        new Block.Button("decision", "deny", "Deny", false))));
        return Page.of("Let " + client.name() + " act for you?", blocks).leadingTo(URI.create(wanted.redirect()));
    }

    private static String shown(String redirect) {
        var uri = URI.create(redirect);
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private Block.Field tasks() {
        var choices = new ArrayList<Block.Choice>();
        for (var task : offer.tasks())
            choices.add(new Block.Choice(
                    task.id().text(),
                    "Go on with “" + task.purpose() + "” (" + task.agent() + ")",
                    "until " + task.until(),
                    choices.isEmpty()));
        choices.add(new Block.Choice(NEW, "Open a new task, as follows", "", false));
        return new Block.Field.Pick("task", "Task", choices, Optional.empty());
    }

    private Block.Field agents() {
        var choices = new ArrayList<Block.Choice>();
        for (var agent : offer.agents())
            choices.add(new Block.Choice(agent.name().text(), agent.name().text(), agent.purpose(), choices.isEmpty()));
        choices.add(new Block.Choice(NEW, "a new agent", "", choices.isEmpty()));
        return new Block.Field.Pick("agent", "Agent", choices, Optional.of("an agent of yours acts for the client"));
    }

    private Block.Field servers() {
        var choices = new ArrayList<Block.Choice>();
        for (var server : offer.servers())
            choices.add(new Block.Choice(
                    server.server().text(),
                    server.server().text(),
                    server.tools() + " tools",
                    wanted.resource().server().map(server.server()::equals).orElse(true)));
        return new Block.Field.Ticks("server", "Servers", choices, Optional.empty());
    }

    private Block.Field ticks(String name, String label, Set<Name> of, Set<String> off) {
        var choices = of.stream()
                .map(each -> new Block.Choice(each.text(), each.text(), "", !off.contains(each.text())))
                .toList();
        return new Block.Field.Ticks(name, label, choices, Optional.empty());
    }

    private interface Part {
        Set<Name> of(Consents.Reachable server);
    }

    /** Over the servers that the client can mean. */
    private Set<Name> all(Part part) {
        var all = new TreeSet<Name>();
        for (var server : offer.servers()) all.addAll(part.of(server));
        return all;
    }
}
