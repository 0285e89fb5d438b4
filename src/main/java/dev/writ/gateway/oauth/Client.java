package dev.writ.gateway.oauth;

import dev.writ.base.Visible;
import java.util.List;

/**
 * A client as it describes itself (RFC 7591 §2). Nothing of it was checked by anybody but the redirect URIs, which say
 * where codes go.
 *
 * @param id as the client sends it: a URL of its document, or an id that we gave
 * @param name for people
 * @param redirects where codes may be sent
 * @param vouched who stands behind the name: the host that serves its document, or nobody
 */
record Client(String id, String name, List<String> redirects, String vouched) {
    static final int REDIRECTS_MAX = 10;

    Client {
        Visible.line("a client's name", name, 100);
        redirects = List.copyOf(redirects);
        if (redirects.isEmpty() || redirects.size() > REDIRECTS_MAX)
            throw new IllegalArgumentException("a client has 1 to " + REDIRECTS_MAX + " redirect URIs");
        for (var redirect : redirects) Redirects.check(redirect);
    }

    /** Whether a redirect URI is the client's. */
    boolean owns(String redirect) {
        return redirects.stream().anyMatch(registered -> Redirects.same(registered, redirect));
    }
}
