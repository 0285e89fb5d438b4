package dev.writ.pages;

import dev.writ.base.Headers;
import dev.writ.base.Secret;
import java.util.ArrayList;
import java.util.Optional;

/** Reads and writes our cookies (RFC 6265bis). A cookie that comes twice counts as none: somebody planted one. */
final class Cookies {
    private static final int VALUE_CHARS = 43;

    private Cookies() {}

    static Optional<String> read(Headers headers, String name) {
        var found = new ArrayList<String>();
        for (var header : headers.all("cookie"))
            for (var pair : header.split(";")) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name))
                    found.add(pair.substring(equals + 1).strip());
            }
        return found.size() == 1 && wellFormed(found.getFirst()) ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /** For as long as the browser runs; how long it counts is decided here, not there. */
    static String set(Site site, String what, Secret value) {
        return site.cookie(what) + "=" + value.reveal() + "; Path=/; HttpOnly; SameSite=Lax"
                + (site.secure() ? "; Secure" : "");
    }

    static String drop(Site site, String what) {
        return site.cookie(what) + "=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0" + (site.secure() ? "; Secure" : "");
    }

    /** 256 bits in base64url, which is what all our cookies hold. */
    private static boolean wellFormed(String value) {
        return value.length() == VALUE_CHARS
                && value.chars()
                        .allMatch(c -> (c >= 'A' && c <= 'Z')
                                || (c >= 'a' && c <= 'z')
                                || (c >= '0' && c <= '9')
                                || c == '-'
                                || c == '_');
    }
}
