package dev.writ.base;

/** Makes text from outside safe to show to a person: nothing hidden, nothing that moves other text about. */
public final class Visible {
    private Visible() {}

    /** The text with control, format, surrogate and unassigned characters as {@code \}{@code u{…}}, cut to a length. */
    public static String text(String text, int charsMax) {
        var shown = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (shown.length() >= charsMax) return shown.append('…').toString();
            if (hidden(c)) shown.append("\\u{").append(Integer.toHexString(c)).append('}');
            else shown.appendCodePoint(c);
            i += Character.charCount(c);
        }
        return shown.toString();
    }

    /** The text itself when it is one line that people can read and nothing is hidden in it; refuses it otherwise. */
    public static String line(String what, String text, int charsMax) {
        if (text.isBlank() || !text.equals(text.strip()) || text.length() > charsMax)
            throw new IllegalArgumentException(
                    what + " has 1 to " + charsMax + " characters and no space at either end: " + text(text, 80));
        if (text.codePoints().anyMatch(Visible::hidden))
            throw new IllegalArgumentException(what + " has hidden characters: " + text(text, 80));
        return text;
    }

    /** Whether a character is invisible or changes how its neighbours look: control, format, private use, separators. */
    public static boolean hidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> codePoint != ' ';
            default -> false;
        };
    }
}
