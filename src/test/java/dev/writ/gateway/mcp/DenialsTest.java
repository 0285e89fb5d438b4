package dev.writ.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.guard.Held;
import dev.writ.guard.Refusal;
import dev.writ.guard.TaskBrief;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DenialsTest {
    private static final Id DECISION = new Id("dec_01kag3x5t8fq2v0000000000zz");
    private static final Id APPROVAL = new Id("apr_01kag3x5t8fq2v00000007k2mx");
    private static final Instant NOW = Instant.parse("2026-11-20T14:03:11.123Z");
    private static final TaskBrief BRIEF = new TaskBrief(
            "support-bot", "Olga Owner\u202e", new Id("tsk_01kag3x5t8fq2v0000000000ab"), "support case", "Dana Reyes");
    private static final String LONG_TOOL = "x".repeat(128);

    static Stream<Json.Obj> everyDenial() {
        var reasons = List.<Refusal.Reason>of(
                new Refusal.ByPolicy(List.of("guard-consent"), "forbidden by guard-consent"),
                new Refusal.ByPolicy(List.of(), "no policy permits this"),
                new Refusal.Quarantined(),
                new Refusal.BadArguments("$.amount: must be a number\u0000"),
                new Refusal.TaskEnded("revoked", Optional.of("Dana Reyes"), NOW, "case closed"),
                new Refusal.BudgetSpent(100),
                new Refusal.ByPerson(APPROVAL, "Dana Reyes", "wrong order"),
                new Refusal.NotAllowed("the agent is suspended"),
                new Refusal.Unavailable("the ledger cannot be written"));
        var refused = reasons.stream().flatMap(reason -> Stream.of("create_refund", LONG_TOOL)
                .map(tool -> Denials.refused(tool, new Refusal(DECISION, reason, Optional.of(BRIEF)))));
        var held = new Held(
                DECISION,
                APPROVAL,
                List.of(Set.of("finance-leads")),
                NOW,
                List.of("refund-large"),
                BRIEF,
                Optional.of("approval X was for one call and is used"));
        return Stream.concat(
                refused,
                Stream.of(
                        Denials.pending("create_refund", held),
                        Denials.pending(LONG_TOOL, held),
                        Denials.failed("create_refund", true, "gone")));
    }

    @ParameterizedTest
    @MethodSource("everyDenial")
    void isAToolResultThatEveryClientShowsToItsModel(Json.Obj denial) {
        assertThat(denial.bool("isError")).contains(true);
        assertThat(denial.get("structuredContent")).isEmpty();
        var blocks = denial.array("content").orElseThrow().items();
        assertThat(blocks).allSatisfy(block -> assertThat(((Json.Obj) block).string("type"))
                .contains("text"));
        var text = ((Json.Obj) blocks.getFirst()).string("text").orElseThrow();
        assertThat(text.lines().findFirst().orElseThrow().length()).isBetween(10, Denials.FIRST_LINE_CHARS_MAX);
        assertThat(text).matches("(?s)(DENIED|PENDING|QUARANTINED|REVOKED|REFUSED|TEMPORARILY BLOCKED|FAILED).*");
        assertThat(text.codePoints()).noneMatch(c -> c != '\n' && dev.writ.base.Visible.hidden(c));
        assertThat(text.length()).isLessThan(1_500);
        assertThat(denial.object("_meta").flatMap(meta -> meta.object(Denials.META)))
                .isPresent();
    }
}
