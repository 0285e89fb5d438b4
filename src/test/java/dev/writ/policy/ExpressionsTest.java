package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs {@code expressions.txt}: one expression a line and what it comes to. */
class ExpressionsTest {
    private static final Uid ANN = new Uid("U", "ann");
    private static final Uid ACTION = new Uid("Action", "act");
    private static final List<Entity> DESCRIBED = List.of(
            new Entity(
                    ANN,
                    Value.Record.of(Map.of("age", new Value.Long(40), "boss", new Value.Entity(new Uid("U", "ghost")))),
                    Map.of("k", new Value.Str("v"), "n", new Value.Long(1)),
                    Set.of(new Uid("G", "in"))),
            Entity.of(new Uid("G", "in"), new Uid("G", "out")),
            Entity.of(new Uid("G", "out")),
            Entity.of(ACTION));
    private static final Question QUESTION = new Question(
            ANN,
            ACTION,
            new Uid("R", "r"),
            Value.Record.of(Map.of(
                    "n",
                    new Value.Long(5),
                    "s",
                    new Value.Str("a*b"),
                    "set",
                    Value.Set.of(List.of(new Value.Long(1), new Value.Long(2))),
                    "r",
                    Value.Record.of(Map.of("x", new Value.Long(1))))),
            Entities.of(DESCRIBED));

    @ParameterizedTest
    @MethodSource("lines")
    void anExpressionComesToWhatItsLineSays(String line) {
        int arrow = line.lastIndexOf(" => ");
        var policy = Map.of("p", "permit (principal, action, resource) when { " + line.substring(0, arrow) + " };");
        var answer = CedarOracle.compile(policy).evaluate(QUESTION);
        assertThat(outcome(CedarOracle.Said.of(answer))).isEqualTo(line.substring(arrow + 4));
        assertThat(CedarOracle.ask(policy, QUESTION, DESCRIBED)).isEqualTo(CedarOracle.Said.of(answer));
    }

    private static String outcome(CedarOracle.Said said) {
        if (!said.errors().isEmpty()) return "error";
        return said.allowed() ? "true" : "false";
    }

    static Stream<String> lines() throws IOException {
        try (var in = Objects.requireNonNull(ExpressionsTest.class.getResourceAsStream("expressions.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"));
        }
    }
}
