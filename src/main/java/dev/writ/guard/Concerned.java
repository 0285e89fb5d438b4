package dev.writ.guard;

import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Name;
import dev.writ.identity.Notices;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * Notes for people what was done about them, so that they hear of it at their next sign-in: also of what they seem to have
 * done themselves, for it may not have been they.
 */
public final class Concerned {
    private static final Set<String> TOLD = Set.of(
            "group-joined",
            "group-left",
            "key-issued",
            "key-revoked",
            "link-made",
            "passkey-enrolled",
            "passkey-removed",
            "provider-linked");

    private final Notices notices;
    private final Ids ids;
    private final InstantSource clock;

    public Concerned(Notices notices, Ids ids, InstantSource clock) {
        this.notices = notices;
        this.ids = ids;
        this.clock = clock;
    }

    /** @param by who did it; nobody where it was ourselves or a provider */
    public void by(Optional<Id> by, Name tenant, Transition transition) {
        if (!TOLD.contains(transition.event())) return;
        var members = transition.members();
        var person =
                members.string("person").or(() -> members.string("member")).filter(text -> text.startsWith("per_"));
        if (person.isEmpty()) return;
        var about = members.string("group")
                .or(() -> members.string("passkey"))
                .or(() -> members.string("key"))
                .or(() -> members.string("provider"))
                .orElse("");
        notices.add(
                tenant,
                new Notices.Notice(
                        ids.next("ntc"), new Id(person.get()), transition.event(), about, by, clock.instant()));
    }
}
