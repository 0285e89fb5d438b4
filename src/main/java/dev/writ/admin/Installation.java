package dev.writ.admin;

import dev.writ.base.Name;
import dev.writ.pages.Site;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a status tells of the process.
 *
 * @param listen where it listens, known once it does
 * @param site where people reach it with a browser, known then too
 * @param home the tenant that paths without one speak of
 * @param tls what somebody should see to at the listener's certificate
 */
public record Installation(
        String version,
        String node,
        String custody,
        Instant started,
        Supplier<String> listen,
        Supplier<Site> site,
        Name home,
        Supplier<Optional<String>> tls) {
    /** In front of the paths of a tenant's pages. */
    String prefix(Name tenant) {
        return tenant.equals(home) ? "" : "/t/" + tenant;
    }
}
