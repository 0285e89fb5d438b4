package dev.writ.process;

/**
 * What a child may make us hold.
 *
 * @param lineBytesMax one line of its output, without the line feed; longer ends the child
 * @param linesMax lines that wait to be read; then the child waits
 * @param errorBytesMax the tail of its error output that is kept
 */
public record Limits(int lineBytesMax, int linesMax, int errorBytesMax) {
    public static final Limits DEFAULT = new Limits(8 << 20, 256, 64 << 10);

    public Limits {
        if (lineBytesMax < 1 || linesMax < 1 || errorBytesMax < 1)
            throw new IllegalArgumentException("a limit below one");
    }
}
