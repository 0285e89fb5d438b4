package dev.writ.peers;

import dev.writ.registry.Transport;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** The official "everything" server as a process of ours. */
@Tag("extended")
class EverythingOverStdioTest extends EverythingContract {
    @Override
    Transport transport() {
        return NodePeers.fromMcpJson("everything", Map.of());
    }
}
