package dev.writ.guard.control;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.identity.Identity;
import dev.writ.identity.Notices;
import dev.writ.identity.Passkey;
import dev.writ.identity.Session;
import dev.writ.registry.Group;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What a signed-in person sees of himself or herself; it takes no role, and tells of nobody else but who did what to them. */
public final class Own {
    private final Registry registry;
    private final Identity identity;
    private final InstantSource clock;

    Own(Control.Parts parts) {
        this.registry = parts.registry();
        this.identity = parts.identity();
        this.clock = parts.clock();
    }

    /** The person. */
    public record Self(String name, String email, List<String> groups, boolean administers) {}

    /** Empty when the person is not active any more. */
    public Optional<Self> self(Caller.OfPerson caller) {
        var snapshot = registry.snapshot(caller.tenant());
        return snapshot.person(caller.person())
                .filter(Person::active)
                .map(person -> new Self(
                        person.displayName(),
                        person.email(),
                        snapshot.groupsOf(person.id()).stream()
                                .map(Name::text)
                                .sorted()
                                .toList(),
                        snapshot.activeMember(Group.ADMIN, person.id())));
    }

    /** Something that the person has not been told yet, as a sentence. */
    public record News(String text, Instant at) {}

    /**
     * What was new when a session began; it counts as told from now on. What came later is for the next sign-in: a passkey
     * that somebody else made must not be news to nobody but its maker.
     *
     * @param cookie the session's
     */
    public List<News> news(Caller.OfPerson caller, String cookie) {
        var session = identity.sessions().session(cookie);
        if (session.isEmpty()) return List.of();
        var untold = identity.notices()
                .untold(caller.tenant(), caller.person(), session.get().createdAt());
        if (!untold.isEmpty())
            identity.notices()
                    .told(caller.tenant(), caller.person(), untold.getLast().at());
        return untold.stream()
                .map(notice -> new News(sentence(caller.tenant(), notice), notice.at()))
                .toList();
    }

    /** A passkey or a session of the person. */
    public record Held(String id, Instant since, Optional<Instant> used) {}

    public List<Held> passkeys(Caller.OfPerson caller) {
        return identity.passkeys().of(caller.tenant(), caller.person()).stream()
                .map(Own::held)
                .toList();
    }

    public List<Held> sessions(Caller.OfPerson caller) {
        return identity.sessions().openOf(caller.tenant(), caller.person()).stream()
                .map(Own::held)
                .toList();
    }

    public Instant now() {
        return clock.instant();
    }

    private static Held held(Passkey passkey) {
        return new Held(passkey.id().text(), passkey.createdAt(), passkey.usedAt());
    }

    private static Held held(Session session) {
        return new Held(session.id().text(), session.createdAt(), Optional.of(session.seen()));
    }

    private String sentence(Name tenant, Notices.Notice notice) {
        var by = notice.by()
                .map(who -> who.equals(notice.person()) ? "with your own session or link" : "by " + name(tenant, who))
                .orElse("by Writ, or on the word of the company's provider");
        return switch (notice.what()) {
            case "group-joined" -> "You were taken into the group " + notice.about() + ", " + by + ".";
            case "group-left" -> "You were taken out of the group " + notice.about() + ", " + by + ".";
            case "key-issued" -> "A command-line key was made for you, " + by + ".";
            case "key-revoked" -> "A key of yours was revoked, " + by + ".";
            case "link-made" -> "A link was made with which a passkey can be made for you, " + by + ".";
            case "passkey-enrolled" -> "A passkey was made for you, " + by + ".";
            case "passkey-removed" -> "A passkey of yours was removed, " + by + ".";
            case "provider-linked" -> "Your account at the company's provider was linked to you.";
            default -> "Something was changed about you: " + notice.what() + ", " + by + ".";
        };
    }

    private String name(Name tenant, Id person) {
        return registry.snapshot(tenant).person(person).map(Person::displayName).orElse(person.text());
    }
}
