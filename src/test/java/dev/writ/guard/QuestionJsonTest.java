package dev.writ.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Canonical;
import dev.writ.policy.Entities;
import dev.writ.policy.Entity;
import dev.writ.policy.Question;
import dev.writ.policy.Uid;
import dev.writ.policy.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Questions written straight to bytes are those that the tree gives, byte for byte. */
class QuestionJsonTest {
    private static final String[] IDS = {"a", "a b", "a\"", "shop/create_refund", "ä", "z", "0", "A", "€\n"};
    private static final String[] TYPES = {"Writ::Agent", "Writ::Group", "Writ::Label", "Writ::AgentStatus"};

    @Test
    void randomQuestionsAreTheSameBytes() {
        var random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            var question = question(random);
            var expected = Canonical.bytes(QuestionTree.of(question));
            assertThat(QuestionJson.bytes(question))
                    .asString()
                    .isEqualTo(new String(expected, java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /** One form for all calls of a tool: arguments and time differ, and nothing else may. */
    @Test
    void aFormFilledInIsTheSameBytes() {
        var random = new Random(4);
        for (int round = 0; round < 500; round++) {
            var like = call(question(random), new Value.DateTime(0), Value.Record.EMPTY);
            var form = QuestionForm.of(like);
            for (int i = 0; i < 4; i++) {
                var input = Value.Record.of(Map.of(
                        "amount", new Value.Decimal(random.nextInt()),
                        "note", new Value.Str("\"now\":0,\"input\":0 " + random.nextInt()),
                        "lost", new Value.Broken("a required argument is absent")));
                var now = new Value.DateTime(random.nextLong(4_000_000_000_000L));
                var question = call(like, now, input);
                assertThat(form.filled(question)).isEqualTo(Canonical.bytes(QuestionTree.of(question)));
            }
        }
    }

    private static Question call(Question like, Value now, Value input) {
        return like.withContext(like.context().with("now", now).with("input", input));
    }

    private static Question question(Random random) {
        var entities = new ArrayList<Entity>();
        for (var type : TYPES)
            for (var id : IDS)
                if (random.nextInt(4) > 0) entities.add(Entity.of(new Uid(type, id), record(random, 2), uids(random)));
        return new Question(uid(random), uid(random), uid(random), record(random, 4), Entities.of(entities));
    }

    private static Uid uid(Random random) {
        return new Uid(TYPES[random.nextInt(TYPES.length)], IDS[random.nextInt(IDS.length)]);
    }

    private static Set<Uid> uids(Random random) {
        var uids = new HashSet<Uid>();
        for (int i = random.nextInt(4); i > 0; i--) uids.add(uid(random));
        return uids;
    }

    private static Value.Record record(Random random, int depth) {
        var fields = new HashMap<String, Value>();
        for (int i = random.nextInt(5); i > 0; i--)
            fields.put(IDS[random.nextInt(IDS.length)], value(random, depth - 1));
        return Value.Record.of(fields);
    }

    private static Value value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 11 : 9)) {
            case 0 -> Value.Bool.of(random.nextBoolean());
            case 1 -> new Value.Long(random.nextLong());
            case 2 -> new Value.Str(IDS[random.nextInt(IDS.length)]);
            case 3 -> new Value.Entity(uid(random));
            case 4 -> new Value.Decimal(random.nextInt());
            case 5 -> new Value.DateTime(random.nextLong(4_000_000_000_000L));
            case 6 -> new Value.Duration(random.nextInt());
            case 7 -> Value.IpAddr.parse(random.nextBoolean() ? "10.1.2.3/8" : "2001:db8::1");
            case 8 -> new Value.Broken("the number does not fit");
            case 9 -> record(random, depth);
            default -> set(random);
        };
    }

    /** The sets that questions have: of entities, of texts, of numbers. */
    private static Value set(Random random) {
        var items = new ArrayList<Value>();
        int kind = random.nextInt(3);
        for (int i = random.nextInt(5); i > 0; i--)
            items.add(
                    switch (kind) {
                        case 0 -> new Value.Entity(uid(random));
                        case 1 -> new Value.Str(IDS[random.nextInt(IDS.length)]);
                        default -> new Value.Long(random.nextInt(200) - 100);
                    });
        return Value.Set.of(Set.copyOf(List.copyOf(new HashSet<>(items))));
    }
}
