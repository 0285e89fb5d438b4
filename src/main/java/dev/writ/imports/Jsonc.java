package dev.writ.imports;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;

/**
 * JSON as editors write it: with comments and commas before a closing bracket. Both become spaces, so every byte keeps
 * its place and the strict reader does the rest.
 */
public final class Jsonc {
    private Jsonc() {}

    public static Json read(byte[] text) {
        return JsonReader.read(plain(text));
    }

    /** The same text without comments and trailing commas, byte for byte as long. */
    public static byte[] plain(byte[] text) {
        var plain = withoutComments(text);
        for (int i = 0; i < plain.length; i++) {
            if (plain[i] == '"') i = stringEnd(plain, i);
            else if (plain[i] == ',') {
                int next = spaceEnd(plain, i + 1);
                int before = i - 1;
                while (before >= 0 && isSpace(plain[before])) before--;
                // A comma after nothing, as in [,], is no trailing comma; it stays for the reader to refuse.
                if (next < plain.length && isClosing(plain[next]) && before >= 0 && endsValue(plain[before]))
                    plain[i] = ' ';
            }
        }
        return plain;
    }

    /** The same text with comments as spaces; trailing commas stay. */
    public static byte[] withoutComments(byte[] text) {
        var plain = text.clone();
        for (int i = 0; i < plain.length; i++) {
            if (plain[i] == '"') i = stringEnd(plain, i);
            else if (plain[i] == '/' && i + 1 < plain.length && plain[i + 1] == '/') i = blankLine(plain, i);
            else if (plain[i] == '/' && i + 1 < plain.length && plain[i + 1] == '*') i = blankBlock(plain, i);
        }
        return plain;
    }

    private static int blankLine(byte[] text, int from) {
        int i = from;
        while (i < text.length && text[i] != '\n' && text[i] != '\r') text[i++] = ' ';
        return i - 1;
    }

    private static int blankBlock(byte[] text, int from) {
        for (int i = from + 2; i + 1 < text.length; i++) {
            if (text[i] != '*' || text[i + 1] != '/') continue;
            for (int j = from; j <= i + 1; j++) if (text[j] != '\n' && text[j] != '\r') text[j] = ' ';
            return i + 1;
        }
        throw new JsonError("comment without an end", from);
    }

    /** The index of the closing quote, or the last index of a text that ends inside the string. */
    private static int stringEnd(byte[] text, int from) {
        int i = from + 1;
        while (i < text.length && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
        return Math.min(i, text.length - 1);
    }

    private static int spaceEnd(byte[] text, int from) {
        int i = from;
        while (i < text.length && isSpace(text[i])) i++;
        return i;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    private static boolean isClosing(byte b) {
        return b == '}' || b == ']';
    }

    private static boolean endsValue(byte b) {
        return b == '"' || isClosing(b) || (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z');
    }
}
