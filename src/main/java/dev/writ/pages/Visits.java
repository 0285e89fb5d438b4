package dev.writ.pages;

import dev.writ.base.Secret;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Who asks for a page: a person with a session, or somebody who has to sign in first and then comes back. Also makes sure
 * that a form was sent by a page of ours.
 *
 * @param <P> what a signed-in person is to those who use this
 */
public final class Visits<P> {
    private static final String SESSION = "session";
    private static final String GUEST = "guest";

    private final Supplier<Site> site;
    private final Function<String, Optional<P>> sessions;
    private final BiFunction<P, String, Boolean> of;
    private final RandomGenerator random;

    /**
     * @param site known once we listen
     * @param sessions who has the session whose cookie has this value
     * @param of whether a person is of a tenant
     * @param random must be unpredictable
     */
    public Visits(
            Supplier<Site> site,
            Function<String, Optional<P>> sessions,
            BiFunction<P, String, Boolean> of,
            RandomGenerator random) {
        this.site = site;
        this.sessions = sessions;
        this.of = of;
        this.random = random;
    }

    /** Who asks. */
    public sealed interface Visit<P> {
        /** @param csrf for every form on the page that is shown */
        record Known<P>(P person, String csrf) implements Visit<P> {}

        /** @param toSignIn leads to signing in, and from there back here */
        record Stranger<P>(Answer.Full toSignIn) implements Visit<P> {}
    }

    /** A form that came. */
    public sealed interface Posted<P> {
        record Good<P>(P person, String csrf, Submitted form) implements Posted<P> {}

        /** The page to be shown instead: signing in, or why the form does not count. */
        record Bad<P>(Answer.Full instead) implements Posted<P> {}
    }

    public Site site() {
        return site.get();
    }

    /**
     * Who asks for a page of a tenant.
     *
     * @param prefix {@code /t/{tenant}}, or empty for the tenant {@code default}
     */
    public Visit<P> of(Request request, String tenant, String prefix) {
        return cookie(request)
                .flatMap(value -> sessions.apply(value)
                        .filter(person -> of.apply(person, tenant))
                        .<Visit<P>>map(person -> new Visit.Known<>(person, Csrf.token(value))))
                .orElseGet(() -> new Visit.Stranger<>(toSignIn(request, prefix)));
    }

    /** A form of a signed-in person; it counts only when a page of ours sent it in the same session. */
    public Posted<P> posted(Request request, String tenant, String prefix) {
        var person = cookie(request).flatMap(sessions).filter(found -> of.apply(found, tenant));
        if (person.isEmpty()) return new Posted.Bad<>(seeOther(signIn(prefix, Optional.empty())));
        var value = cookie(request).orElseThrow();
        return sent(request, value)
                .<Posted<P>>map(form -> new Posted.Good<>(person.get(), Csrf.token(value), form))
                .orElseGet(() -> new Posted.Bad<>(notOurs()));
    }

    /** The value of the session's cookie, for ending it. */
    public Optional<String> cookie(Request request) {
        return Cookies.read(request.headers(), site().cookie(SESSION));
    }

    /** Somebody who is not signed in, for the forms that lead there: known by a cookie that means nothing else. */
    public record Guest(String id, String csrf, Optional<Secret> fresh) {}

    public Guest guest(Request request) {
        var known = Cookies.read(request.headers(), site().cookie(GUEST));
        if (known.isPresent()) return new Guest(known.get(), Csrf.token(known.get()), Optional.empty());
        var bytes = new byte[32];
        random.nextBytes(bytes);
        var value = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return new Guest(value, Csrf.token(value), Optional.of(Secret.of(value)));
    }

    /** The form of somebody who is not signed in; only when a page of ours sent it to the same browser. */
    public Optional<Submitted> posted(Request request, Guest guest) {
        return guest.fresh().isPresent() ? Optional.empty() : sent(request, guest.id());
    }

    /** An answer that makes the browser remember a guest. */
    public Answer.Full remembering(Guest guest, Answer.Full answer) {
        return guest.fresh()
                .map(value -> answer.with("set-cookie", Cookies.set(site(), GUEST, value)))
                .orElse(answer);
    }

    /** An answer with which the browser is signed in; the guest is forgotten, so nothing from before carries over. */
    public Answer.Full signedIn(Secret session, Answer.Full answer) {
        return plus(plus(answer, Cookies.set(site(), SESSION, session)), Cookies.drop(site(), GUEST));
    }

    public Answer.Full signedOut(Answer.Full answer) {
        return plus(answer, Cookies.drop(site(), SESSION));
    }

    /** The page for a form that another page, or another session, has sent. */
    public static Answer.Full notOurs() {
        return Pages.render(Page.error(
                403,
                "This form does not count",
                "It was not sent by a page of Writ in this browser, or that page is too old.",
                "Nothing was changed. Go back, load the page again and send it anew."));
    }

    /** To a page on the host that people use: cookies and passkeys belong to it alone. */
    public Answer.Full seeOther(String path) {
        if (!ReturnPath.safe(path)) throw new IllegalArgumentException("not a path of ours: " + path);
        return Answer.empty(303).with("location", site().at(path)).with("cache-control", "no-store");
    }

    /** The path of signing in, and where it leads to afterwards. */
    public static String signIn(String prefix, Optional<String> back) {
        var path = prefix + "/ui/sign-in";
        return back.map(to -> path + "?return=" + URLEncoder.encode(to, StandardCharsets.UTF_8))
                .orElse(path);
    }

    private Answer.Full toSignIn(Request request, String prefix) {
        // A form cannot be sent again by a redirect; whoever was signed out meanwhile begins anew.
        var back = request.method().equals("GET")
                ? ReturnPath.of(Optional.of(request.target()))
                : Optional.<String>empty();
        return seeOther(signIn(prefix, back));
    }

    private static Optional<Submitted> sent(Request request, String cookie) {
        // Browsers tell whence a form comes; one that says elsewhere is refused before the token is looked at.
        var site = request.headers().first("sec-fetch-site").orElse("same-origin");
        if (!site.equals("same-origin")) return Optional.empty();
        return Submitted.of(request).filter(form -> form.one("csrf")
                .filter(token -> Csrf.fits(cookie, token))
                .isPresent());
    }

    private static Answer.Full plus(Answer.Full answer, String cookie) {
        return new Answer.Full(answer.status(), answer.headers().plus("set-cookie", cookie), answer.body());
    }
}
