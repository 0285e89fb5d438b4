package dev.writ.guard;

import dev.writ.base.Digest;
import dev.writ.base.Headers;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a request shows of who sends it, and what a proof of possession must be about.
 *
 * @param authorization the value of the one Authorization field; two are as good as none
 * @param proofs the values of the DPoP fields (RFC 9449 §4.1), of which there must be one at most
 * @param method the method of the request
 * @param url the URL that was asked, without query: what a token is good for, and what a proof names
 * @param certificate the SHA-256 of the client's certificate, where TLS ends with us (RFC 8705 §3.1)
 */
public record Presented(
        Optional<String> authorization, List<String> proofs, String method, String url, Optional<Digest> certificate) {
    public Presented {
        proofs = List.copyOf(proofs);
    }

    /** What a request's header fields show, and the connection that it came on. */
    public static Presented of(Headers headers, String method, String url, Optional<Digest> certificate) {
        return new Presented(headers.only("authorization"), headers.all("dpop"), method, url, certificate);
    }

    /** A bearer credential alone, shown for no request in particular: good for keys, never for a token. */
    public static Presented bearer(String credential) {
        return new Presented(Optional.of("Bearer " + credential), List.of(), "", "", Optional.empty());
    }

    /** The certificate as a token names it (RFC 8705 §3.1). */
    Optional<String> thumbprint() {
        return certificate.map(digest -> Base64.getUrlEncoder().withoutPadding().encodeToString(digest.bytes()));
    }

    /** The credential behind {@code Bearer} (RFC 6750 §2.1). */
    Optional<String> bearer() {
        return behind("Bearer ");
    }

    /** The token behind {@code DPoP} (RFC 9449 §7.1). */
    Optional<String> bound() {
        return behind("DPoP ");
    }

    private Optional<String> behind(String scheme) {
        return authorization
                .filter(value -> value.regionMatches(true, 0, scheme, 0, scheme.length()))
                .map(value -> value.substring(scheme.length()).strip());
    }

    /** No credential in it: this is logged by accident sooner or later. */
    @Override
    public String toString() {
        return "Presented[" + method + " " + url + "]";
    }
}
