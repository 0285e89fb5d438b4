package dev.writ.peers;

import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.util.List;
import java.util.Map;

/** The official "everything" server listening on a free port of the loopback interface, whatever it asks for. */
final class EverythingServer implements AutoCloseable {
    private volatile Child child;
    private final int port;

    private EverythingServer(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    static EverythingServer start() {
        var child = launch(0);
        return new EverythingServer(child, port(child));
    }

    String url() {
        return "http://127.0.0.1:" + port + "/mcp";
    }

    /** Ends it and starts another one on the same port, which knows nothing of the first one's sessions. */
    void restart() {
        child.kill();
        child.exit().join();
        child = launch(port);
        port(child);
    }

    private static Child launch(int port) {
        var folder = NodePeers.folder();
        return Child.start(
                new Command(
                        List.of(
                                NodePeers.node().toString(),
                                "--import",
                                folder.resolve("loopback.mjs").toString(),
                                "node_modules/@modelcontextprotocol/server-everything/dist/index.js",
                                "streamableHttp"),
                        Map.of("PORT", String.valueOf(port)),
                        folder),
                Limits.DEFAULT);
    }

    private static int port(Child child) {
        for (var line = child.readLine(); line.isPresent(); line = child.readLine()) {
            if (!line.get().startsWith("LISTENING 127.0.0.1 ")) continue;
            // It talks without end, and would wait for a reader.
            Thread.ofVirtual().start(() -> drain(child));
            return Integer.parseInt(line.get().substring("LISTENING 127.0.0.1 ".length()));
        }
        throw new AssertionError("it does not listen: " + child.errorTail());
    }

    private static void drain(Child child) {
        while (child.readLine().isPresent()) {
            // Nobody wants it.
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
