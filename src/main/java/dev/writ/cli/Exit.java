package dev.writ.cli;

/** The exit codes of {@code writ}; scripts rely on them. */
public final class Exit {
    /** Done, or allowed. */
    public static final int DONE = 0;

    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /** Policy, or the person's role, says no. */
    public static final int DENIED = 3;

    public static final int NEEDS_APPROVAL = 4;
    /** Evidence does not verify. */
    public static final int NOT_VERIFIED = 5;

    public static final int UNREACHABLE = 6;
    /** Something else stands there, or what was seen is no longer so. */
    public static final int CONFLICT = 7;

    public static final int TESTS_FAILED = 8;
    public static final int INTERRUPTED = 130;

    private Exit() {}
}
