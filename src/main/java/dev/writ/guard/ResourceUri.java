package dev.writ.guard;

import dev.writ.base.Visible;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What can be said of a resource's URI without its server. A policy compares URIs as text, so a text that its server may
 * read as another place must not pass: {@code file:///docs/../etc/passwd} is under {@code file:///docs/*} for a policy and
 * nowhere near it for a file system.
 */
sealed interface ResourceUri {
    int CHARS_MAX = 2_048;

    /** Means the same to everybody: policy decides. */
    record Plain() implements ResourceUri {}

    /** May be what its server means, or a way around it: good only when the server lists exactly this. */
    record Doubtful(String why) implements ResourceUri {}

    /** Means nothing good to anybody. */
    record Wrong(String why) implements ResourceUri {}

    /** Schemes that lead a server to its own disk, to other hosts, or back into the text itself. */
    Set<String> FAR_REACHING = Set.of(
            "file",
            "gopher",
            "data",
            "ftp",
            "ftps",
            "sftp",
            "tftp",
            "ldap",
            "ldaps",
            "dict",
            "jar",
            "netdoc",
            "php",
            "phar",
            "expect",
            "javascript",
            "vbscript",
            "blob",
            "about",
            "view-source",
            "smb",
            "unix");

    /** RFC 3986 §3.1. */
    Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.+", Pattern.DOTALL);

    Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    Pattern HIDDEN_ESCAPE = Pattern.compile("%(0[0-9A-Fa-f]|1[0-9A-Fa-f]|7[Ff])");
    Pattern ESCAPED_SEPARATOR = Pattern.compile("%(2[Ff]|5[Cc]|25[0-9A-Fa-f]{2})");

    /** What stands between two places where a reader may cut a path, in the query and fragment as well. */
    Pattern PIECES = Pattern.compile("[/?#&=;:,]");

    static ResourceUri of(String uri) {
        if (uri.length() > CHARS_MAX) return new Wrong("a resource's URI has at most " + CHARS_MAX + " characters");
        if (uri.codePoints().anyMatch(c -> c <= ' ' || c == '\\' || Visible.hidden(c)))
            return new Wrong("a resource's URI has no white space, backslash or hidden character");
        var scheme = SCHEME.matcher(uri);
        if (!scheme.matches()) return new Wrong("a resource's URI begins with its scheme");
        if (BAD_ESCAPE.matcher(uri).find() || HIDDEN_ESCAPE.matcher(uri).find())
            return new Wrong("a resource's URI has an escape that stands for nothing, or for a control character");
        if (climbs(uri)) return new Wrong("a resource's URI does not climb out of its folder");
        if (ESCAPED_SEPARATOR.matcher(uri).find()) return new Doubtful("it hides a separator behind an escape");
        var name = scheme.group(1).toLowerCase(Locale.ROOT);
        return FAR_REACHING.contains(name) ? new Doubtful("its scheme is " + name) : new Plain();
    }

    /** RFC 3986 §5.2.4 would take dot segments away; we take none for what it is not. */
    private static boolean climbs(String uri) {
        var dots = uri.replaceAll("%2[Ee]", ".").replaceAll("%2[Ff]|%5[Cc]", "/");
        for (var piece : PIECES.split(dots, -1)) if (piece.equals("..")) return true;
        return dots.contains("/./") || dots.endsWith("/.");
    }
}
