package dev.writ.upstream;

import java.util.Set;

/** The revision of MCP without sessions, 2026-07-28, and the names that it reserves. */
public final class Revision {
    public static final String VERSION = "2026-07-28";

    private static final String PREFIX = "io.modelcontextprotocol/";

    /** Members of a request's {@code _meta} (basic/index, per-request protocol fields). */
    public static final String PROTOCOL_VERSION = PREFIX + "protocolVersion";

    public static final String CLIENT_CAPABILITIES = PREFIX + "clientCapabilities";
    public static final String CLIENT_INFO = PREFIX + "clientInfo";
    public static final String LOG_LEVEL = PREFIX + "logLevel";

    /** Members of the {@code _meta} of results and notifications. */
    public static final String SERVER_INFO = PREFIX + "serverInfo";

    public static final String SUBSCRIPTION = PREFIX + "subscriptionId";

    /** The three error codes of its own (basic/index, error codes). */
    public static final int HEADER_MISMATCH = -32020;

    public static final int CAPABILITY_MISSING = -32021;
    public static final int VERSION_NOT_SERVED = -32022;

    public static final String LISTEN = "subscriptions/listen";
    public static final String DISCOVER = "server/discover";
    public static final String ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

    /** The methods that a server may answer with {@code input_required} (basic/patterns/mrtr, supported requests). */
    public static final Set<String> ROUNDS = Set.of("tools/call", "resources/read", "prompts/get");

    /** Every request of this revision that we send or take. */
    public static final Set<String> METHODS = Set.of(
            DISCOVER,
            LISTEN,
            "tools/list",
            "tools/call",
            "prompts/list",
            "prompts/get",
            "resources/list",
            "resources/templates/list",
            "resources/read",
            "completion/complete");

    private Revision() {}

    /** Whether an error code says that whoever sent it speaks this revision. */
    static boolean recognises(long code) {
        return code == HEADER_MISMATCH || code == CAPABILITY_MISSING || code == VERSION_NOT_SERVED;
    }
}
