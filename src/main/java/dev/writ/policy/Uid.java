package dev.writ.policy;

import org.jspecify.annotations.Nullable;

/**
 * The identity of an entity: a type such as {@code Writ::Agent} and an id that is unique within it. A class and not a
 * record because one decision looks up dozens of them: the hash is worked out once.
 */
public final class Uid implements Comparable<Uid> {
    private final String type;
    private final String id;
    private final int hash;

    public Uid(String type, String id) {
        if (type.isEmpty()) throw new IllegalArgumentException("an entity has a type");
        this.type = type;
        this.id = id;
        this.hash = 31 * type.hashCode() + id.hashCode();
    }

    public String type() {
        return type;
    }

    public String id() {
        return id;
    }

    @Override
    public int compareTo(Uid other) {
        int byType = type.compareTo(other.type);
        return byType != 0 ? byType : id.compareTo(other.id);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Uid uid && hash == uid.hash && id.equals(uid.id) && type.equals(uid.type));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** As it stands in a policy, {@code Writ::Agent::"triage"}. */
    @Override
    public String toString() {
        return type + "::" + CedarText.quoted(id);
    }
}
