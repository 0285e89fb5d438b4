package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Secret;
import dev.writ.identity.Identity;
import dev.writ.identity.Party;
import dev.writ.identity.Passkey;
import dev.writ.identity.PasskeyAnswer;
import dev.writ.identity.PasskeyFault;
import dev.writ.identity.Passkeys;
import dev.writ.identity.SignInLinks;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.store.StoreError;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The door for people in a browser: a one-time link with which a passkey is made, the passkey with which a session is
 * opened, and the passkey once more where a session is not enough. Whoever is recognised goes through {@link Guard#admit}
 * like everybody; each entry is recorded before the session exists. Thread-safe.
 */
public final class Entrance {
    private static final String PEER = "entrance";

    private final Guard guard;
    private final Identity identity;
    private final Registry registry;
    private final Concerned concerned;
    private final Ids ids;
    private final LongAdder unknown = new LongAdder();

    public Entrance(Guard guard, Identity identity, Registry registry, Concerned concerned, Ids ids) {
        this.guard = guard;
        this.identity = identity;
        this.registry = registry;
        this.concerned = concerned;
        this.ids = ids;
    }

    /**
     * Where the browser is, as it says it.
     *
     * @param host the name that passkeys belong to
     * @param origin scheme, host and port
     */
    public record At(String host, String origin) {
        /** Whether passkeys can belong to the host: an address is no name. */
        public boolean named() {
            return !host.matches("[0-9.]+") && !host.contains(":");
        }
    }

    /** What came of an attempt to enter, or to confirm. */
    public sealed interface Entered {
        /** @param cookie the value of the session's cookie, for the only time; none where the session was there */
        record In(Caller.OfPerson person, Optional<Secret> cookie) implements Entered {}

        /** @param why for the person at the screen; tells nobody who exists */
        record Out(String why) implements Entered {}
    }

    /** Who has a session, by its cookie's value; empty when it is not in force. Reads memory only. */
    public Optional<Caller.OfPerson> signedIn(String cookie) {
        return guard.signedIn(cookie);
    }

    /**
     * As {@link #signedIn}, for a person who has confirmed this purpose with a passkey in the last five minutes: the
     * caller's proof is {@code passkey}. A confirmation counts once.
     */
    public Optional<Caller.OfPerson> confirmed(String cookie, String purpose) {
        return guard.confirmed(cookie, purpose);
    }

    /** What the browser is to be asked for, to sign in. */
    public Json.Obj toSignIn(At at, Name tenant, String visit) {
        return identity.passkeys().using(party(at), visit, signIn(tenant));
    }

    /** Signs in with a passkey. */
    public Entered withPasskey(At at, Name tenant, String visit, String answer) {
        var used = PasskeyAnswer.used(answer);
        if (used.isEmpty()) return out(PasskeyFault.MALFORMED);
        return switch (identity.passkeys().check(party(at), visit, signIn(tenant), tenant, used.get())) {
            case Passkeys.Checked.Bad(var passkey, var fault) -> turnedAway(passkey, "passkey", fault);
            case Passkeys.Checked.Good(var passkey, var counter) ->
                admitted(recognised(passkey), "passkey", Optional.of(passkey), permit -> {
                    if (!identity.passkeys().count(passkey, counter)) return Optional.empty();
                    return opened(permit);
                });
        };
    }

    /**
     * Somebody with a link that is good.
     *
     * @param options what the browser is to be asked for
     */
    public record Welcome(String name, Json.Obj options) {}

    /** What the page of a link shows; empty when the link is not good. */
    public Optional<Welcome> toEnrol(At at, Name tenant, String visit, String link) {
        return link(tenant, link).flatMap(found -> active(tenant, found.person())
                .map(person -> new Welcome(
                        person.displayName(),
                        identity.passkeys()
                                .making(
                                        party(at),
                                        visit,
                                        enrol(found),
                                        tenant,
                                        found.person(),
                                        person.displayName()))));
    }

    /** Makes a passkey with a link, uses the link up, and signs in. */
    public Entered withLink(At at, Name tenant, String visit, String text, String answer) {
        var link = link(tenant, text);
        if (link.isEmpty()) {
            unknown.increment();
            return new Entered.Out("this link was used, is too old, or never was one");
        }
        var made = PasskeyAnswer.made(answer);
        if (made.isEmpty()) return out(PasskeyFault.MALFORMED);
        var person = link.get().person();
        if (identity.passkeys().of(tenant, person).size() >= Passkeys.PASSKEYS_MAX)
            return new Entered.Out("you have " + Passkeys.PASSKEYS_MAX + " passkeys already; have one removed first");
        return switch (identity.passkeys()
                .made(party(at), visit, enrol(link.get()), tenant, ids.next("psk"), person, made.get())) {
            case Passkeys.Made.Bad(var fault) -> {
                refused(new Caller.OfPerson(tenant, person, "session"), "link", Optional.empty(), fault);
                yield out(fault);
            }
            case Passkeys.Made.Good(var passkey) ->
                admitted(
                        recognised(passkey),
                        "link",
                        Optional.of(passkey),
                        permit -> enrolled(permit, passkey, link.get()));
        };
    }

    private Optional<Entered.In> enrolled(Permit permit, Passkey passkey, SignInLinks.Link link) {
        var members = Json.object()
                .put("person", passkey.person().text())
                .put("passkey", passkey.id().text())
                .put("credential", passkey.credential())
                .put("publicKey", passkey.publicKey())
                .put("counter", passkey.counter())
                .put("backedUp", passkey.backedUp())
                .put("link", link.id().text());
        var record = new Transition("enrolment", "passkey-enrolled", members.build());
        if (!guard.record(permit, record)) return Optional.empty();
        // The link first: of two browsers that answer at once, one makes a passkey.
        if (!identity.links().use(link) || !identity.passkeys().add(passkey)) {
            guard.recordAfter(permit, record.voided());
            return Optional.empty();
        }
        try {
            return opened(permit);
        } finally {
            // After the session has begun: told at the next sign-in, for this one may be of whoever found the link.
            concerned.by(Optional.of(passkey.person()), passkey.tenant(), record);
        }
    }

    /** What the browser is to be asked for, so that a signed-in person confirms a purpose; empty without a passkey. */
    public Optional<Json.Obj> toConfirm(At at, String cookie, String purpose) {
        return identity.sessions()
                .session(cookie)
                .filter(session -> !identity.passkeys()
                        .of(session.tenant(), session.person())
                        .isEmpty())
                .map(session -> identity.passkeys()
                        .using(party(at), session.id().text(), confirm(purpose), session.tenant(), session.person()));
    }

    /** Confirms a purpose: the session counts as proved by passkey for it, once and for five minutes. */
    public Entered confirm(At at, String cookie, String purpose, String answer) {
        var session = identity.sessions().session(cookie);
        if (session.isEmpty()) return new Entered.Out("the session is over; sign in again");
        var used = PasskeyAnswer.used(answer);
        if (used.isEmpty()) return out(PasskeyFault.MALFORMED);
        var open = session.get();
        var checked =
                identity.passkeys().check(party(at), open.id().text(), confirm(purpose), open.tenant(), used.get());
        return switch (checked) {
            case Passkeys.Checked.Bad(var passkey, var fault) -> turnedAway(passkey, "confirmation", fault);
            case Passkeys.Checked.Good(var passkey, var _)
            when !passkey.person().equals(open.person()) ->
                turnedAway(Optional.of(passkey), "confirmation", PasskeyFault.WRONG);
            case Passkeys.Checked.Good(var passkey, var counter) ->
                admitted(recognised(passkey), "confirmation", Optional.of(passkey), permit -> {
                    if (!identity.passkeys().count(passkey, counter)) return Optional.empty();
                    var members = Json.object()
                            .put("person", open.person().text())
                            .put("session", open.id().text())
                            .put("purpose", purpose);
                    if (!guard.record(permit, new Transition("sign-in", "confirmed", members.build())))
                        return Optional.empty();
                    identity.sessions().confirm(open, purpose);
                    return Optional.of(new Entered.In(recognised(passkey), Optional.empty()));
                });
        };
    }

    /** Lets in whom a provider has recognised. */
    Entered enter(Caller.OfPerson person, String method) {
        return admitted(person, method, Optional.empty(), this::opened);
    }

    /** Ends a session; one that is over already is none. */
    public void signOut(String cookie) {
        identity.sessions().session(cookie).ifPresent(session -> {
            var _ = identity.sessions().end(session.tenant(), session.id());
            var members = Json.object()
                    .put("person", session.person().text())
                    .put("session", session.id().text());
            var _ = guard.recordOwn(
                    session.tenant(),
                    session.person().text(),
                    new Transition("revocation", "session-ended", members.build()));
        });
    }

    /** Attempts to enter that nobody could be recognised by, since the start. */
    public long unknown() {
        return unknown.sum();
    }

    /** What is done once somebody is admitted; an empty answer means that it could not be done. */
    private interface Entering {
        Optional<Entered.In> enter(Permit permit);
    }

    private Entered admitted(Caller.OfPerson person, String method, Optional<Passkey> passkey, Entering entering) {
        var action = action(person, method, passkey);
        return switch (guard.admit(new Attempt(person, action))) {
            case Refusal refusal -> new Entered.Out(why(refusal.reason()));
            case Held _ -> new Entered.Out("signing in cannot wait for others");
            case Permit permit -> {
                if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) {
                    settle(permit, Outcome.Status.NOT_SENT);
                    yield new Entered.Out(why(reason));
                }
                yield carried(permit, () -> guard.changing(person.tenant(), () -> entering.enter(permit)));
            }
        };
    }

    private Entered carried(Permit permit, Supplier<Optional<Entered.In>> entering) {
        var status = Outcome.Status.INDETERMINATE;
        try {
            var in = entering.get();
            status = in.isPresent() ? Outcome.Status.DONE : Outcome.Status.NOT_SENT;
            return in.<Entered>map(each -> each)
                    .orElseGet(() -> new Entered.Out("it was used meanwhile, or cannot be recorded now; try again"));
        } catch (StoreError e) {
            status = Outcome.Status.ERROR;
            return new Entered.Out("the database does not answer now; try again in a moment");
        } finally {
            settle(permit, status);
        }
    }

    private Optional<Entered.In> opened(Permit permit) {
        var person = (Caller.OfPerson) permit.attempt().caller();
        var session = ids.next("ses");
        var members = Json.object()
                .put("person", person.person().text())
                .put("session", session.text())
                .put("method", permit.action().payload().string("method").orElse(""));
        var record = new Transition("sign-in", "signed-in", members.build());
        if (!guard.record(permit, record)) return Optional.empty();
        try {
            var opened = identity.sessions().open(person.tenant(), session, person.person());
            return Optional.of(new Entered.In(person, Optional.of(opened.value())));
        } catch (StoreError e) {
            guard.recordAfter(permit, record.voided());
            throw e;
        }
    }

    private Entered turnedAway(Optional<Passkey> passkey, String method, PasskeyFault fault) {
        if (passkey.isEmpty()) unknown.increment();
        else refused(recognised(passkey.get()), method, passkey, fault);
        return out(fault);
    }

    /** Whoever can be named leaves a record; it is bounded like every refusal. */
    private void refused(Caller.OfPerson person, String method, Optional<Passkey> passkey, PasskeyFault fault) {
        var _ = guard.refused(
                new Attempt(person, action(person, method, passkey)), new Refusal.NotAllowed(fault.why()));
    }

    private static Action.SignIn action(Caller.OfPerson person, String method, Optional<Passkey> passkey) {
        var payload = Json.object().put("method", method).put("passkey", passkey.map(each -> each.id()
                .text()));
        return new Action.SignIn(person.person().text(), payload.build());
    }

    private static Caller.OfPerson recognised(Passkey passkey) {
        return new Caller.OfPerson(passkey.tenant(), passkey.person(), "passkey");
    }

    private Optional<SignInLinks.Link> link(Name tenant, String text) {
        return identity.links().find(text).filter(link -> link.tenant().equals(tenant));
    }

    private Optional<Person> active(Name tenant, Id person) {
        return registry.snapshot(tenant).person(person).filter(Person::active);
    }

    private void settle(Permit permit, Outcome.Status status) {
        guard.settle(permit, Outcome.without(status, PEER, 0, ""));
    }

    private static Entered out(PasskeyFault fault) {
        return new Entered.Out(fault.why());
    }

    private static String why(Refusal.Reason reason) {
        return switch (reason) {
            case Refusal.NotAllowed(var why) -> why;
            case Refusal.Unavailable(var what) -> what;
            case Refusal.Reason other -> other.code();
        };
    }

    private static String signIn(Name tenant) {
        return "sign-in " + tenant;
    }

    private static String enrol(SignInLinks.Link link) {
        return "enrol " + link.id();
    }

    private static String confirm(String purpose) {
        return "confirm " + purpose;
    }

    private static Party party(At at) {
        return new Party(at.host(), at.origin());
    }
}
