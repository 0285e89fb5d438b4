package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Name;
import dev.writ.guard.Action;
import org.junit.jupiter.api.Test;

/** Which members of a request are the action, and which only say where it comes from. */
class MethodsTest {
    private static final Name SHOP = new Name("shop");

    private static Methods.Asked.For asked(String meta) {
        var body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"pay\",\"arguments\":{\"n\":1}"
                        + (meta.isEmpty() ? "" : ",\"_meta\":" + meta) + "}}";
        if (MessageReader.read(body.getBytes(UTF_8)) instanceof Message.Request request
                && Methods.of(SHOP, request) instanceof Methods.Asked.For asked) return asked;
        throw new AssertionError(body);
    }

    /** As Codex 0.169 sends it: what it adds to each call must not make an approved call another one. */
    @Test
    void whatCodexAddsToEachCallIsClaimedAndNotPartOfTheAction() {
        var first = asked("""
                {"callId":"call_1","itemId":"fc_1","threadId":"t","sessionId":"s","windowId":"w:0","progressToken":3,
                 "x-codex-turn-metadata":{"turn_id":"1","turn_started_at_unix_ms":1795170250892}}""");
        var second = asked("""
                {"callId":"call_2","itemId":"fc_2","threadId":"t","sessionId":"s","windowId":"w:1","progressToken":4,
                 "x-codex-turn-metadata":{"turn_id":"2","turn_started_at_unix_ms":1795170250999}}""");
        assertThat(first.action().payloadBytes())
                .isEqualTo(second.action().payloadBytes())
                .isEqualTo(asked("").action().payloadBytes());
        assertThat(first.claims()).containsEntry("itemId", "fc_1").containsEntry("threadId", "t");
    }

    @Test
    void whatClaudeCodeAddsToEachCallIsClaimedAndNotPartOfTheAction() {
        var first = asked("{\"claudecode/toolUseId\":\"toolu_1\",\"progressToken\":2}");
        assertThat(first.action().payloadBytes()).isEqualTo(asked("").action().payloadBytes());
        assertThat(first.claims()).containsEntry("claudecode/toolUseId", "toolu_1");
    }

    @Test
    void anyOtherMemberOfMetaIsPartOfTheAction() {
        var marked = asked("{\"example.com/tenant\":\"a\"}").action();
        assertThat(marked.payloadBytes()).isNotEqualTo(asked("").action().payloadBytes());
        assertThat(((Action.CallTool) marked).payload().text()).contains("example.com/tenant");
    }
}
