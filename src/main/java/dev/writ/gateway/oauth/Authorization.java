package dev.writ.gateway.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.guard.CodeFor;
import dev.writ.guard.control.Consents;
import dev.writ.guard.control.Control;
import dev.writ.guard.control.Reply;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import dev.writ.pages.Page;
import dev.writ.pages.Pages;
import dev.writ.pages.Submitted;
import dev.writ.pages.Visits;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * {@code /oauth/authorize}: a signed-in person is shown who asks and for what, and what is allowed becomes a task with a
 * recorded consent, and a code for it (RFC 6749 §4.1). Sending the same form twice leads to the same task.
 */
final class Authorization {
    static final String PATH = "/oauth/authorize";
    private static final Duration SAME = Duration.ofMinutes(10);
    private static final int REMEMBERED_MAX = 1_000;

    private final Control control;
    private final Clients clients;
    private final Visits<Caller.OfPerson> visits;
    private final InstantSource clock;
    private final Map<Digest, Opened> lately = new LinkedHashMap<>();

    private record Opened(Id task, Instant at) {}

    Authorization(Control control, Clients clients, Visits<Caller.OfPerson> visits, InstantSource clock) {
        this.control = control;
        this.clients = clients;
        this.visits = visits;
        this.clock = clock;
    }

    /** The page. Nobody who is not signed in learns anything about clients here. */
    Answer ask(Request request, Tenancy tenancy) {
        return switch (visits.of(request, tenancy.tenant().text(), tenancy.prefix())) {
            case Visits.Visit.Stranger<Caller.OfPerson>(var toSignIn) -> toSignIn;
            case Visits.Visit.Known<Caller.OfPerson>(var person, var csrf) -> {
                var query = request.target().substring(request.path().length());
                yield reading(
                        person,
                        () -> Parameters.query(request),
                        tenancy,
                        wanted -> shown(person, wanted, tenancy, csrf, query, Optional.empty()));
            }
        };
    }

    /** The form. The request that it is about comes with it, and is read as if it came for the first time. */
    Answer decide(Request request, Tenancy tenancy) {
        return switch (visits.posted(request, tenancy.tenant().text(), tenancy.prefix())) {
            case Visits.Posted.Bad<Caller.OfPerson>(var instead) -> instead;
            case Visits.Posted.Good<Caller.OfPerson>(var person, var csrf, var form) -> {
                var query = form.one("request").orElse("");
                yield reading(
                        person,
                        () -> Parameters.of(query),
                        tenancy,
                        wanted -> decided(person, wanted, tenancy, csrf, query, form));
            }
        };
    }

    private interface Going {
        Answer on(Wanted wanted);
    }

    private Answer reading(Caller.OfPerson person, Supplier<Parameters> reading, Tenancy tenancy, Going going) {
        Parameters parameters;
        String id;
        Clients.Found found;
        try {
            parameters = reading.get();
            id = parameters.text("client_id");
            found = clients.find(person, id);
        } catch (Fault e) {
            return turnedAway(person, Optional.empty(), e.why());
        }
        return switch (found) {
            case Clients.Found.Not(var why) -> turnedAway(person, Optional.of(id), why);
            case Clients.Found.Known(var client) ->
                switch (Wanted.read(parameters, client, control.guard().tokens(), tenancy)) {
                    case Wanted.Read.Stranger(var why) -> turnedAway(person, Optional.of(id), why);
                    case Wanted.Read.Bad(var redirect, var state, var error, var why) -> {
                        control.guard().tokens().refused(person, Optional.of(id), why);
                        yield back(tenancy, redirect, state, "error", error, "error_description", Fault.ascii(why));
                    }
                    case Wanted.Read.Good(var wanted) -> going.on(wanted);
                };
        };
    }

    /** It is on record whose browser a client sent here with something that is no request. */
    private Answer turnedAway(Caller.OfPerson person, Optional<String> client, String why) {
        control.guard().tokens().refused(person, client, why);
        return stranger(why);
    }

    /** RFC 6749 §4.1.2.1: a person is told, and nothing is sent anywhere. */
    private static Answer stranger(String why) {
        return Pages.render(Page.error(
                400,
                "This client cannot be let in",
                "The program that sent you here is not known well enough: " + why + ".",
                "Nothing was allowed. Start again from the program, or tell its maker what stands here."));
    }

    /** To the client, with who we are (RFC 9207 §2) in success and in error. */
    private Answer back(Tenancy tenancy, String redirect, Optional<String> state, String... namesAndValues) {
        var parameters = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2)
            parameters
                    .append(namesAndValues[i])
                    .append('=')
                    .append(encoded(namesAndValues[i + 1]))
                    .append('&');
        state.ifPresent(
                value -> parameters.append("state=").append(encoded(value)).append('&'));
        parameters.append("iss=").append(encoded(control.guard().tokens().issuer(tenancy.tenant())));
        return Answer.empty(303)
                .with("location", Redirects.with(redirect, parameters.toString()))
                .with("cache-control", "no-store")
                .with("referrer-policy", "no-referrer");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private Answer shown(
            Caller.OfPerson person,
            Wanted wanted,
            Tenancy tenancy,
            String csrf,
            String query,
            Optional<String> problem) {
        return switch (control.consents().offer(person, wanted.resource().server())) {
            case Reply.Done<Consents.Offer>(var offer, var _) ->
                Pages.render(new ConsentPage(wanted, offer).page(tenancy.prefix() + PATH, csrf, query, problem));
            case Reply<Consents.Offer> other -> stranger(other.obstacle().orElse("it cannot be shown"));
        };
    }

    private Answer decided(
            Caller.OfPerson person, Wanted wanted, Tenancy tenancy, String csrf, String query, Submitted form) {
        if (!form.one("decision").equals(Optional.of("allow")))
            return back(
                    tenancy,
                    wanted.redirect(),
                    wanted.state(),
                    "error",
                    "access_denied",
                    "error_description",
                    "the person said no");
        return switch (task(person, wanted, form)) {
            case Reply.Done<Chosen>(var chosen, var _) -> coded(person, wanted, tenancy, chosen);
            case Reply<Chosen> other -> shown(person, wanted, tenancy, csrf, query, other.obstacle());
        };
    }

    private Answer coded(Caller.OfPerson person, Wanted wanted, Tenancy tenancy, Chosen chosen) {
        var code = control.guard()
                .tokens()
                .code(
                        person,
                        new CodeFor(
                                tenancy.tenant(),
                                wanted.client().id(),
                                wanted.redirect(),
                                wanted.challenge(),
                                wanted.resource().url(),
                                chosen.agent(),
                                chosen.task(),
                                person.person(),
                                wanted.jkt()));
        return code.map(text -> back(tenancy, wanted.redirect(), wanted.state(), "code", text))
                .orElseGet(() -> back(tenancy, wanted.redirect(), wanted.state(), "error", "temporarily_unavailable"));
    }

    /** The task that the code is for, and its agent. */
    private record Chosen(Id task, Name agent) {}

    private Reply<Chosen> task(Caller.OfPerson person, Wanted wanted, Submitted form) {
        var offer = control.consents().offer(person, wanted.resource().server());
        var known = form.one("task").filter(text -> !text.equals(ConsentPage.NEW));
        if (known.isPresent())
            return offer.then(each -> each.tasks().stream()
                    .filter(task -> task.id().text().equals(known.get()))
                    .findFirst()
                    .<Reply<Chosen>>map(task -> new Reply.Done<>(new Chosen(task.id(), task.agent())))
                    .orElseGet(() -> new Reply.Conflict<>("this task is over, or does not reach the server")));
        var server = wanted.resource().server();
        if (server.isPresent() && !form.all("server").contains(server.get().text()))
            return new Reply.Invalid<>("the client asks for the server " + server.get() + ": choose it, or deny");
        return offer.then(each -> opened(person, wanted, form, each));
    }

    private Reply<Chosen> opened(Caller.OfPerson person, Wanted wanted, Submitted form, Consents.Offer offer) {
        var mark = mark(person, wanted, form);
        synchronized (lately) {
            var now = clock.instant();
            lately.values().removeIf(opened -> !now.isBefore(opened.at().plus(SAME)));
            var before = Optional.ofNullable(lately.get(mark)).flatMap(opened -> offer.tasks().stream()
                    .filter(task -> task.id().equals(opened.task()))
                    .findFirst());
            // Two windows, or a form that was sent twice: one task.
            if (before.isPresent())
                return new Reply.Done<>(
                        new Chosen(before.get().id(), before.get().agent()));
            var made = fresh(person, form);
            if (made instanceof Reply.Done<Chosen>(var chosen, var _) && lately.size() < REMEMBERED_MAX)
                lately.put(mark, new Opened(chosen.task(), now));
            return made;
        }
    }

    private static Digest mark(Caller.OfPerson person, Wanted wanted, Submitted form) {
        var all = new StringBuilder(person.tenant() + "\n" + person.person() + "\n"
                + wanted.client().id() + "\n" + wanted.resource().url());
        for (var field : List.of("agent", "agentName", "purpose", "server", "category", "data", "calls", "for"))
            all.append('\n').append(field).append('=').append(form.all(field));
        return Digest.of(all.toString().getBytes(UTF_8));
    }

    private Reply<Chosen> fresh(Caller.OfPerson person, Submitted form) {
        Consents.Choice choice;
        try {
            boolean registering = form.one("agent").equals(Optional.of(ConsentPage.NEW));
            choice = new Consents.Choice(
                    new Name(form.one(registering ? "agentName" : "agent")
                            .orElse("")
                            .strip()),
                    registering,
                    form.one("purpose").orElse("").strip(),
                    names(form, "server"),
                    names(form, "category"),
                    names(form, "data"),
                    calls(form),
                    lasting(form));
        } catch (IllegalArgumentException e) {
            return new Reply.Invalid<>(String.valueOf(e.getMessage()));
        }
        return control.consents().open(person, choice).map(task -> new Chosen(task, choice.agent()));
    }

    private static Set<Name> names(Submitted form, String field) {
        return form.all(field).stream().map(Name::new).collect(Collectors.toSet());
    }

    private static long calls(Submitted form) {
        var text = form.one("calls").orElse("").strip();
        if (!text.matches("[0-9]{1,9}")) throw new IllegalArgumentException("the number of calls is a whole number");
        return Long.parseLong(text);
    }

    private static Duration lasting(Submitted form) {
        var text = form.one("for").orElse("");
        if (!text.matches("[0-9]{1,4}h")) throw new IllegalArgumentException("say for how long the task may last");
        return Duration.ofHours(Long.parseLong(text.substring(0, text.length() - 1)));
    }
}
