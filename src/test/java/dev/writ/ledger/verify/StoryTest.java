package dev.writ.ledger.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.ledger.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What records say wrongly although every hash is right: the log was written so. */
class StoryTest {
    private final Report report = new Report();
    private final Story story = new Story(report);
    private long index;

    private Json.Obj tell(Json.Obj record) {
        story.tell(index++, record);
        return record;
    }

    private Json.Obj intent(Json... approvals) {
        return tell(Sample.intent(Sample.IDS.next("dec"))
                .put("approvals", new Json.Arr(List.of(approvals)))
                .build());
    }

    private Json.Obj approved(String approval, long uses) {
        return tell(Sample.approval(approval, "approved").put("uses", uses).build());
    }

    @Test
    void aSoundStoryHasNoObjection() {
        var given = approved("apr_1", 2);
        for (int i = 0; i < 2; i++) {
            tell(Sample.approval("apr_1", "consumed").build());
            tell(Sample.outcome(Sample.id(intent(Sample.cites("apr_1", Sample.id(given))))));
        }
        assertThat(report.text()).isEqualTo("verified\n");
    }

    @Test
    void anOutcomeWithoutAnEarlierIntentIsNamed() {
        var later = Sample.intent(Sample.IDS.next("dec")).build();
        var outcome = tell(Sample.outcome(Sample.id(later)));
        tell(later);
        assertThat(report.text())
                .contains("record 0 (" + Sample.id(outcome) + ", outcome) cites intent " + Sample.id(later));
    }

    @Test
    void aSecondOutcomeIsNamed() {
        var intent = intent();
        tell(Sample.outcome(Sample.id(intent)));
        tell(Sample.outcome(Sample.id(intent)));
        assertThat(report.text()).contains("record 2", "is a second outcome of intent " + Sample.id(intent));
    }

    @Test
    void anApprovalThatNobodyGaveIsNamed() {
        tell(Sample.approval("apr_1", "requested").build());
        intent(Sample.cites("apr_1", "rec_1"));
        assertThat(report.text()).contains("record 1", "cites approval apr_1, which no earlier record gives");
    }

    @Test
    void anApprovalUsedTwiceIsNamedAtItsSecondUse() {
        var given = Sample.id(approved("apr_1", 1));
        intent(Sample.cites("apr_1", given));
        intent(Sample.cites("apr_1", given));
        assertThat(report.text())
                .contains("record 2", "more often than its 1 uses")
                .doesNotContain("record 1 ");
    }

    @Test
    void anApprovalConsumedTwiceIsNamed() {
        approved("apr_1", 1);
        tell(Sample.approval("apr_1", "consumed").build());
        tell(Sample.approval("apr_1", "consumed").build());
        assertThat(report.text()).contains("record 2", "uses approval apr_1 more often");
    }

    @Test
    void anApprovalThatEndedBeforeIsNamed() {
        for (var event : List.of("refused", "expired", "voided")) {
            var given = Sample.id(approved("apr_" + event, 1));
            tell(Sample.approval("apr_" + event, event).build());
            intent(Sample.cites("apr_" + event, given));
            assertThat(report.text()).contains("cites approval apr_" + event + ", which was " + event + " before");
        }
    }

    @Test
    void aCitedRecordOfAnotherApprovalIsNamed() {
        approved("apr_1", 1);
        var other = Sample.id(approved("apr_2", 1));
        intent(Sample.cites("apr_1", other));
        assertThat(report.text()).contains("cites a record that is not of approval apr_1");
    }

    @Test
    void anIdThatComesTwiceIsNamed() {
        var record = tell(Sample.note("x"));
        tell(record);
        assertThat(report.text()).contains("record 1", "has the id of record 0");
    }

    @Test
    void aRecordWithoutTheRequiredFormIsNamed() {
        tell(Sample.note("x").without("time"));
        tell(Json.Obj.EMPTY);
        assertThat(report.failures()).isEqualTo(2);
    }

    @Test
    void theTableOfIdsTellsIdsApartThatDifferInOneBit() {
        var table = new IdTable();
        var ids = new java.util.ArrayList<String>();
        for (int place = 0; place < 26; place++)
            for (char c : new char[] {'1', 'g', 'z'}) ids.add("rec_" + "0".repeat(place) + c + "0".repeat(25 - place));
        for (int i = 0; i < 5000; i++) ids.add(Sample.IDS.next("rec").text());
        ids.add("");
        ids.add("not an id");
        for (int i = 0; i < ids.size(); i++)
            assertThat(table.put(ids.get(i), i)).isEqualTo(-1);
        for (int i = 0; i < ids.size(); i++) {
            assertThat(table.at(ids.get(i))).isEqualTo(i);
            assertThat(table.put(ids.get(i), 0)).isEqualTo(i);
        }
        assertThat(table.at(Sample.IDS.next("rec").text())).isEqualTo(-1);
    }

    @Test
    void anActionThatDoesNotSayWhatTheRecordSaysIsNamed() {
        var record = Sample.intent(Sample.IDS.next("dec")).build();
        var salt = new byte[32];
        for (var action : List.of(
                Sample.action("tool:call", "shop/other"),
                Sample.action("tool:list", "shop/refund"),
                "writ-action-v1\u0000{ }".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "writ-action-v1\u0000{".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "writ-action-v2\u0000{}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                new byte[0])) {
            var side = Json.object()
                    .put("action", SideCommitment.of(salt, action).toString())
                    .build();
            assertThat(SideValues.objection(record.with("side", side), "action", action, salt))
                    .isPresent();
        }
        var good = Sample.action("tool:call", "shop/refund");
        var side = Json.object()
                .put("action", SideCommitment.of(salt, good).toString())
                .build();
        assertThat(SideValues.objection(record.with("side", side), "action", good, salt))
                .isEmpty();
        assertThat(SideValues.objection(record.with("side", side), "action", good, new byte[31]))
                .isPresent();
        assertThat(SideValues.objection(record.with("side", side), "payload", good, salt))
                .isPresent();
    }
}
