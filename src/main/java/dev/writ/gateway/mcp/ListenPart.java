package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.upstream.Cancellation;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What one server has to tell in a subscription. */
final class ListenPart {
    private final Hop hop;
    private final Optional<OpenLink> link;
    private final Listens.Decided.Yes decided;
    private final UnaryOperator<String> uris;
    private final Cancellation over = new Cancellation();
    private volatile Filter heard = Filter.NOTHING;

    /**
     * @param link empty when the caller's authority has ended
     * @param uris a URI of the server's as the client knows it
     */
    ListenPart(Hop hop, Optional<OpenLink> link, Listens.Decided.Yes decided, UnaryOperator<String> uris) {
        this.hop = hop;
        this.link = link;
        this.decided = decided;
        this.uris = uris;
    }

    Hop hop() {
        return hop;
    }

    Optional<OpenLink> link() {
        return link;
    }

    Listens.Decided.Yes decided() {
        return decided;
    }

    /** Cancelled when this server tells nothing more. */
    Cancellation over() {
        return over;
    }

    /** What is honoured of it, in the server's own words. */
    Filter heard() {
        return heard;
    }

    void heard(Filter honoured) {
        heard = honoured;
    }

    /** What there is to hear when the server honours this much: changes of the tools are our own to tell. */
    Filter honoured(Filter byServer) {
        var wanted = decided.filter();
        return new Filter(
                wanted.tools(),
                wanted.prompts() && byServer.prompts(),
                wanted.resources() && byServer.resources(),
                wanted.and(byServer).uris());
    }

    /** What is honoured, as the client knows it. */
    Filter told() {
        var known = new LinkedHashSet<String>();
        for (var uri : heard.uris()) known.add(uris.apply(uri));
        return new Filter(heard.tools(), heard.prompts(), heard.resources(), known);
    }

    /** A notification's parameters, as the client knows them. */
    Json.Obj shown(Json.Obj params) {
        return params.string("uri")
                .map(uri -> params.with("uri", Json.of(uris.apply(uri))))
                .orElse(params);
    }
}
