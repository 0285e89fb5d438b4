package dev.writ.policy.publish;

/** What policy text may be before Cedar's parser, which recurses, sees any of it. The unit stands last in the name. */
public final class Limits {
    public static final int FILES_MAX = 1_000;
    public static final int FILE_BYTES_MAX = 1 << 20;
    public static final int TOTAL_BYTES_MAX = 8 << 20;
    public static final int SCHEMA_BYTES_MAX = 8 << 20;
    public static final int POLICIES_MAX = 10_000;
    public static final int POLICY_BYTES_MAX = 64 << 10;

    /** Brackets open at once, of all three kinds together. */
    public static final int NESTING_MAX = 32;

    /** {@code if}s in one policy: they nest without brackets. */
    public static final int IFS_MAX = 32;

    /** {@code !} and {@code -} one after the other; Cedar itself takes no more than four. */
    public static final int UNARY_CHAIN_MAX = 4;

    /** Operators and dots in one policy: a chain of them nests in Cedar's tree. */
    public static final int OPERATORS_MAX = 1_000;

    /** Levels of JSON in one converted policy, so that a bundle stays within what our reader takes. */
    public static final int EST_DEPTH_MAX = 100;

    /** Findings of one publish; more help nobody. */
    public static final int FINDINGS_MAX = 200;

    private Limits() {}
}
