package dev.writ.policy;

/** Something that should not exist once policies are published: a bundle or a tool list that cannot be used. */
public final class PolicyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Code code;

    public enum Code {
        /** The bundle holds a node, an operator or a form that this version does not know. */
        UNKNOWN_NODE,
        /** Two tools claim the same action. */
        DUPLICATE_ACTION
    }

    public PolicyException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
