package dev.writ.registry;

import dev.writ.base.Id;
import dev.writ.base.Visible;
import java.util.regex.Pattern;

/** A human. Records name people by {@code id}, a random pseudonym; name and address stay in the database. */
public record Person(Id id, String displayName, String email, boolean active) {
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,64}@[^@\\s]{1,189}");

    public Person {
        id.require("per");
        Visible.line("a display name", displayName, 100);
        Visible.line("an e-mail address", email, 254);
        if (!EMAIL.matcher(email).matches())
            throw new IllegalArgumentException("not an e-mail address: " + Visible.text(email, 80));
    }

    Person withActive(boolean now) {
        return new Person(id, displayName, email, now);
    }
}
