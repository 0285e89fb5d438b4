package dev.writ.policy.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** Whatever text comes before the official front end: it is cut into policies that lie in it, in order. */
@Tag("fuzz")
class PolicyTextFuzzTest {
    @FuzzTest(maxDuration = "10s")
    void aTextIsCutIntoPiecesOfItself(FuzzedDataProvider input) {
        var text = input.consumeRemainingAsString();
        var cut = PolicyText.cut("a.cedar", text);
        int end = 0;
        for (var piece : cut.pieces()) {
            assertThat(piece.start()).isGreaterThanOrEqualTo(end);
            assertThat(text.startsWith(piece.text(), piece.start())).isTrue();
            end = piece.start() + piece.text().length();
        }
        for (var finding : cut.findings()) assertThat(finding.toString()).contains("a.cedar");
    }
}
