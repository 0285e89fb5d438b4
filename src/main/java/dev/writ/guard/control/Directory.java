package dev.writ.guard.control;

import dev.writ.base.Id;
import dev.writ.base.Name;
import dev.writ.guard.Caller;
import dev.writ.registry.Group;
import dev.writ.registry.Outcome;
import dev.writ.registry.Person;
import dev.writ.registry.Registry;
import dev.writ.registry.RegistrySnapshot;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Who may look, and how people name things: e-mail addresses, names, and ids that may be shortened. */
final class Directory {
    static final int SUFFIX_CHARS_MIN = 4;

    private final Registry registry;

    Directory(Registry registry) {
        this.registry = registry;
    }

    RegistrySnapshot of(Caller.OfPerson caller) {
        return registry.snapshot(caller.tenant());
    }

    /** For active people with any role; nobody else learns what there is. */
    <T> Reply<T> reading(Caller.OfPerson caller, Supplier<Reply<T>> read) {
        return hasRole(caller)
                ? read.get()
                : new Reply.Forbidden<>("looking at this takes a role; ask an administrator", Optional.empty());
    }

    boolean active(Caller.OfPerson caller) {
        return of(caller).person(caller.person()).filter(Person::active).isPresent();
    }

    boolean hasRole(Caller.OfPerson caller) {
        return active(caller)
                && of(caller).groupsOf(caller.person()).stream()
                        .anyMatch(group -> group.text().startsWith(Resources.ROLE));
    }

    boolean auditor(Caller.OfPerson caller) {
        var snapshot = of(caller);
        return snapshot.activeMember(Group.AUDITOR, caller.person())
                || snapshot.activeMember(Group.ADMIN, caller.person());
    }

    Reply<Person> person(Name tenant, String text) {
        var people = registry.snapshot(tenant).people();
        if (text.contains("@"))
            return people.values().stream()
                    .filter(person -> person.email().equalsIgnoreCase(text))
                    .findFirst()
                    .<Reply<Person>>map(Reply.Done::new)
                    .orElseGet(() -> new Reply.NotFound<>("person with that e-mail address"));
        return id("person", people.keySet(), text).map(found -> java.util.Objects.requireNonNull(people.get(found)));
    }

    /** A full id, or the only one that ends with the given characters, in any case. */
    static Reply<Id> id(String what, Collection<Id> known, String text) {
        var wanted = text.toLowerCase(Locale.ROOT);
        var full = known.stream().filter(id -> id.text().equals(wanted)).findFirst();
        if (full.isPresent()) return new Reply.Done<>(full.get());
        if (wanted.length() < SUFFIX_CHARS_MIN) return new Reply.NotFound<>(what + " with that id");
        List<Id> found =
                known.stream().filter(id -> id.text().endsWith(wanted)).limit(2).toList();
        return switch (found.size()) {
            case 0 -> new Reply.NotFound<>(what + " with that id");
            case 1 -> new Reply.Done<>(found.getFirst());
            default -> new Reply.Conflict<>("more than one " + what + " has an id that ends so; give more of it");
        };
    }

    /** A name of a path or argument; what cannot be a name names nothing. */
    static Optional<Name> name(String text) {
        try {
            return Optional.of(new Name(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static <T> Reply<T> reply(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> new Reply.Done<>(value);
            case Outcome.Unsaved<T>(var value, var _) ->
                new Reply.Done<>(value, List.of("in force, but the database does not hold it yet; it is saved later"));
            case Outcome.NotFound<T>(var what) -> new Reply.NotFound<>(what);
            case Outcome.AlreadyExists<T>(var what) -> new Reply.Conflict<>("there is a " + what + " already");
            case Outcome.Refused<T>(var why) -> new Reply.Conflict<>(why);
        };
    }

    /** A value of our records, or what its constructor objects to. */
    static <T> Reply<T> valid(Supplier<T> made) {
        try {
            return new Reply.Done<>(made.get());
        } catch (IllegalArgumentException e) {
            return new Reply.Invalid<>(String.valueOf(e.getMessage()));
        }
    }
}
