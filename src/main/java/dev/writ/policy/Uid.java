package dev.writ.policy;

/** The identity of an entity: a type such as {@code Writ::Agent} and an id that is unique within it. */
public record Uid(String type, String id) implements Comparable<Uid> {
    public Uid {
        if (type.isEmpty()) throw new IllegalArgumentException("an entity has a type");
    }

    @Override
    public int compareTo(Uid other) {
        int byType = type.compareTo(other.type);
        return byType != 0 ? byType : id.compareTo(other.id);
    }

    /** As it stands in a policy, {@code Writ::Agent::"triage"}. */
    @Override
    public String toString() {
        return type + "::" + CedarText.quoted(id);
    }
}
