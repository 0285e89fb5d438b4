package dev.writ.policy;

/** The members of {@code context} that the decision itself knows by name; {@code schema.cedarschema} has them all. */
public final class Facts {
    /** The groups that have approved exactly this action. */
    public static final String APPROVALS = "approvals";

    /** Whether the task's consent covers this call. */
    public static final String CONSENTED = "consented";

    /** The call's arguments. */
    public static final String INPUT = "input";

    /** The time of the decision. */
    public static final String NOW = "now";

    /** The entity type whose members can be asked for an approval. */
    public static final String GROUP = "Writ::Group";

    private Facts() {}
}
