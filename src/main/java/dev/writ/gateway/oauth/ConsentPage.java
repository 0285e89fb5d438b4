package dev.writ.gateway.oauth;

import dev.writ.base.Name;
import dev.writ.guard.control.Consents;
import dev.writ.pages.Block;
import dev.writ.pages.Page;
import dev.writ.pages.Times;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a person sees when a client asks for a task: who asks, and everything that the task may, to be narrowed. */
final class ConsentPage {
    static final String NEW = "new";
    /** Not chosen beforehand: whoever wants these says so. */
    private static final Set<String> GRAVE = Set.of("money", "irreversible", "external", "write");
    /** Said to people who meet these categories of tools for the first time. */
    private static final Map<String, String> MEANINGS = Map.of(
            "read", "looks, and changes nothing",
            "write", "changes what is kept",
            "money", "moves money",
            "external", "reaches people and systems outside",
            "irreversible", "cannot be undone");

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
        problem.ifPresent(why -> blocks.add(new Block.Notice(Block.Tone.BAD, sentence(why))));
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
        var lacking = lacking();
        lacking.ifPresent(why -> blocks.add(new Block.Notice(Block.Tone.BAD, why)));
        if (lacking.isEmpty() && Redirects.local(wanted.redirect()))
            blocks.add(new Block.Notice(
                    Block.Tone.WARNING,
                    "The answer goes to a program on this computer. Go on only if you have just started it yourself."));
        blocks.add(new Block.Form(action, csrf, fields(request, lacking.isPresent()), buttons(lacking.isPresent())));
        return Page.of("Let " + client.name() + " act for you?", blocks).leadingTo(URI.create(wanted.redirect()));
    }

    /** Why there is nothing that could be allowed. */
    private Optional<String> lacking() {
        var server = wanted.resource().server();
        if (server.isPresent() && !offers(server.get()))
            return Optional.of("There is no approved server named " + server.get()
                    + " here, so there is nothing to allow. Check the address that the client was given. An administrator"
                    + " registers a server with writ server add, and approves its tools with writ server approve.");
        if (offer.servers().isEmpty())
            return Optional.of(
                    "No server is approved here yet, so there is nothing to allow. An administrator registers one"
                            + " with writ server add, and approves its tools with writ server approve.");
        return Optional.empty();
    }

    private boolean offers(Name server) {
        return offer.servers().stream().anyMatch(each -> each.server().equals(server));
    }

    private List<Block.Field> fields(String request, boolean nothing) {
        var fields = new ArrayList<Block.Field>();
        fields.add(new Block.Field.Hidden("request", request));
        if (nothing) return fields;
        if (!offer.tasks().isEmpty()) fields.add(tasks());
        fields.add(agents());
        fields.add(new Block.Field.Line(
                "agentName",
                "Name of a new agent",
                proposed().map(Name::text).orElse(""),
                Optional.of("counts only for a new agent: a-z, 0-9 and hyphens; you will own it")));
        fields.add(new Block.Field.Line(
                "purpose", "Purpose", "", Optional.of("what the task is for; it stands in every record")));
        fields.add(servers());
        var categories = all(Consents.Reachable::categories);
        fields.add(new Block.Field.Ticks(
                "category",
                "What its tools may do",
                choices(categories, GRAVE),
                categories.isEmpty()
                        ? Optional.of(
                                "No tool of any server is approved yet: the task can be opened, and can call nothing.")
                        : Optional.empty()));
        var data = all(Consents.Reachable::data);
        if (!data.isEmpty())
            fields.add(new Block.Field.Ticks(
                    "data", "Which data it may touch", choices(data, Set.of()), Optional.empty()));
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
        return fields;
    }

    private static List<Block.Button> buttons(boolean nothing) {
        var deny = new Block.Button("decision", "deny", nothing ? "Back to the client" : "Deny", nothing);
        return nothing ? List.of(deny) : List.of(new Block.Button("decision", "allow", "Allow", true), deny);
    }

    /** What a new agent could be called: like the client, as far as names go. */
    private Optional<Name> proposed() {
        var text = wanted.client()
                .name()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return Name.isName(text) ? Optional.of(new Name(text)) : Optional.empty();
    }

    private static String sentence(String why) {
        if (why.isEmpty()) return why;
        var end = why.endsWith(".") ? "" : ".";
        return why.substring(0, 1).toUpperCase(Locale.ROOT) + why.substring(1) + end;
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
                    "until " + Times.of(task.until()),
                    choices.isEmpty()));
        choices.add(new Block.Choice(NEW, "Open a new task, as follows", "", false));
        return new Block.Field.Pick("task", "Task", choices, Optional.empty());
    }

    private Block.Field agents() {
        var chosen = chosen();
        var choices = new ArrayList<Block.Choice>();
        for (var agent : offer.agents())
            choices.add(new Block.Choice(
                    agent.name().text(),
                    agent.name().text(),
                    agent.purpose(),
                    chosen.equals(Optional.of(agent.name()))));
        choices.add(new Block.Choice(NEW, "a new agent", "", chosen.isEmpty()));
        return new Block.Field.Pick("agent", "Agent", choices, Optional.of("an agent of yours acts for the client"));
    }

    /** Chosen beforehand: the agent that is called like the client, when somebody vouches for that name, else the first. */
    private Optional<Name> chosen() {
        var own = offer.agents().stream().map(Consents.OwnAgent::name).toList();
        var alike = wanted.client().vouched().isEmpty()
                ? Optional.<Name>empty()
                : proposed().filter(own::contains);
        return alike.or(() -> own.stream().findFirst());
    }

    private Block.Field servers() {
        var choices = new ArrayList<Block.Choice>();
        for (var server : offer.servers())
            choices.add(new Block.Choice(
                    server.server().text(),
                    server.server().text(),
                    server.tools() == 1 ? "1 tool" : server.tools() + " tools",
                    wanted.resource().server().map(server.server()::equals).orElse(true)));
        return new Block.Field.Ticks("server", "Servers", choices, Optional.empty());
    }

    private static List<Block.Choice> choices(Set<Name> of, Set<String> off) {
        return of.stream()
                .map(each -> new Block.Choice(
                        each.text(), each.text(), MEANINGS.getOrDefault(each.text(), ""), !off.contains(each.text())))
                .toList();
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
