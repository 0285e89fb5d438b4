package dev.writ.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.process.Child;
import dev.writ.process.Command;
import dev.writ.process.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The official TypeScript client in a process of its own, told what to do line by line. */
final class NodeClient implements AutoCloseable {
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(5);
    private final Child child;

    private NodeClient(Child child) {
        this.child = child;
    }

    static NodeClient start() {
        var folder = NodePeers.folder();
        return new NodeClient(Child.start(
                new Command(
                        List.of(
                                NodePeers.node().toString(),
                                folder.resolve("client.mjs").toString()),
                        Map.of(),
                        folder),
                Limits.DEFAULT));
    }

    /** A client that has initialized a session. */
    static NodeClient connected(String url, String key) {
        var client = start();
        client.value(Json.object()
                .put("do", "connect")
                .put("url", url)
                .put("key", key)
                .build());
        return client;
    }

    /** What came of a step: {@code ok} with {@code value}, or {@code code} and {@code message}. */
    Json.Obj step(Json.Obj step) {
        child.writeLine(step.bytes(), WRITE_LIMIT);
        var line = child.readLine().orElseThrow(() -> new AssertionError("the client ended: " + child.errorTail()));
        return JsonReader.readObject(line.getBytes(UTF_8));
    }

    /** The value of a step that must succeed. */
    Json.Obj value(Json.Obj step) {
        var answer = step(step);
        if (!answer.bool("ok").orElse(false)) throw new AssertionError(step.text() + " → " + answer.text());
        return answer.object("value").orElseThrow();
    }

    Json.Obj value(String verb) {
        return value(Json.object().put("do", verb).build());
    }

    /** A step that must fail, and the message that the client gave. */
    Json.Obj failure(Json.Obj step) {
        var answer = step(step);
        if (answer.bool("ok").orElse(true)) throw new AssertionError(step.text() + " succeeded: " + answer.text());
        return answer;
    }

    static Json.Obj calling(String tool, String arguments) {
        return Json.object()
                .put("do", "call")
                .put("name", tool)
                .put("arguments", JsonReader.read(arguments))
                .build();
    }

    /** The result of a call that reached its end. */
    Json.Obj call(String tool, String arguments) {
        return value(calling(tool, arguments)).object("result").orElseThrow();
    }

    List<String> toolNames() {
        return value("tools").array("tools").orElseThrow().items().stream()
                .map(tool -> ((Json.Obj) tool).string("name").orElseThrow())
                .toList();
    }

    @Override
    public void close() {
        child.close();
    }
}
