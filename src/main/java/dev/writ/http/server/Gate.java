package dev.writ.http.server;

import dev.writ.base.Headers;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What stands between a request's head and its body: who may be addressed (Host), who may ask (Origin), which route,
 * how large, and whether there is room. The checks go from the cheapest lie to the dearest truth.
 */
final class Gate {
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Routes routes;
    private final Set<String> hosts;
    private final Set<String> origins;
    private final Optional<URI> publicUrl;
    private final boolean secured;
    private final Function<Headers, String> shares;
    private final Admission admission;

    /** A head that could be parsed. */
    record Head(String method, Target target, Headers headers, Framing framing) {
        boolean hasBody() {
            return !(framing instanceof Framing.None);
        }
    }

    /** A request that may go on. */
    record Pass(Route route, Map<String, String> parameters, String base, Admission.Slot slot) {}

    Gate(Routes routes, Settings settings, Admission admission) {
        this.routes = routes;
        this.hosts = settings.hosts();
        this.origins = settings.origins();
        this.publicUrl = settings.publicUrl();
        this.secured = settings.tls().isPresent();
        this.shares = settings.shares();
        this.admission = admission;
    }

    Pass admit(Head head) {
        checkHost(head);
        checkOrigin(head);
        var found = route(head);
        long size = sizeWithin(found.route().bodyBytesMax(), head);
        var slot = admission.enter(shares.apply(head.headers()), size).orElseThrow(() -> busy(head.hasBody()));
        return new Pass(found.route(), found.parameters(), base(head), slot);
    }

    /** RFC 9112 §3.2: exactly one Host; ours, so that a page cannot reach us under a name of its own. */
    private void checkHost(Head head) {
        var values = head.headers().all("host");
        if (values.size() != 1) throw Refused.malformed("There must be exactly one Host.");
        var host = values.getFirst();
        int port = host.startsWith("[") ? host.indexOf(':', Math.max(0, host.indexOf(']'))) : host.indexOf(':');
        if (port >= 0 && !PORT.matcher(host.substring(port + 1)).matches())
            throw Refused.malformed("Host has no valid port.");
        if (!hosts.contains(port < 0 ? host : host.substring(0, port)))
            throw Refused.unwelcome(403, "Forbidden", "This server does not answer under that Host.", head.hasBody());
    }

    /** A client on this machine hears the name that it used; everybody else the one public URL, if there is one. */
    private String base(Head head) {
        var host = head.headers().first("host").orElse("").toLowerCase(Locale.ROOT);
        boolean loopback = LOOPBACK.contains(host.replaceFirst(":[0-9]+$", ""));
        return publicUrl.filter(_ -> !loopback).map(URI::toString).orElse((secured ? "https://" : "http://") + host);
    }

    /** A browser's page may ask only when it is our own or named in the settings. */
    private void checkOrigin(Head head) {
        var values = head.headers().all("origin");
        if (values.isEmpty()) return;
        if (values.size() != 1) throw Refused.malformed("More than one Origin.");
        var origin = values.getFirst();
        var host = head.headers().first("host").orElse("");
        if (origins.contains(origin)) return;
        if (!secured && origin.equalsIgnoreCase("http://" + host)) return;
        // Also without TLS of our own: something before us may end it.
        if (origin.equalsIgnoreCase("https://" + host)) return;
        throw Refused.unwelcome(403, "Forbidden", "Requests from that Origin are not accepted.", head.hasBody());
    }

    private Routes.Match.Found route(Head head) {
        return switch (routes.match(head.method(), head.target().segments())) {
            case Routes.Match.Found found -> found;
            case Routes.Match.Unknown _ ->
                throw Refused.unwelcome(404, "Not Found", "Nothing is served at this path.", head.hasBody());
            case Routes.Match.OtherMethod(var allowed) ->
                throw Refused.of(
                        Answer.problem(
                                        405,
                                        "Method Not Allowed",
                                        "This path answers " + String.join(", ", allowed) + ".")
                                .with("allow", String.join(", ", allowed)),
                        head.hasBody());
        };
    }

    private static long sizeWithin(int bytesMax, Head head) {
        return switch (head.framing()) {
            case Framing.None _ -> 0;
            case Framing.Length(var bytes) when bytes <= bytesMax -> bytes;
            case Framing.Length _ -> throw tooLarge(bytesMax);
            case Framing.Chunked _ -> 0;
        };
    }

    static Refused busy(boolean close) {
        return Refused.of(
                Answer.problem(503, "Busy", "Too many calls are in flight; try again in a second.")
                        .with("retry-after", "1"),
                close);
    }

    static Refused tooLarge(int bytesMax) {
        return Refused.of(
                Answer.problem(413, "Content Too Large", "The body may have at most " + bytesMax + " bytes."), true);
    }
}
