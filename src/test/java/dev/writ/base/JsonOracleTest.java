package dev.writ.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds our reader against Jackson, on random texts and on texts with a few bytes damaged. */
class JsonOracleTest {
    private static final JsonMapper JACKSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final Pattern HUGE_EXPONENT = Pattern.compile("[eE][+-]?[0-9]{4,}");
    private static final String DAMAGE = " {}[]\",:0123456789.eE+-tfn\\u\n\u0000\u00e9";

    @Test
    void randomTextsMeanTheSameToBoth() {
        var random = new Random(42);
        for (int i = 0; i < 3_000; i++) {
            var value = JsonSamples.value(random, 5);
            var text = value.bytes();
            assertThat(JsonReader.read(text)).isEqualTo(value);
            assertThat(same(value, JACKSON.readTree(text))).as(value.text()).isTrue();
        }
    }

    @Test
    void whatWeTakeJacksonTakesAndUnderstandsAlike() {
        var random = new Random(43);
        int taken = 0;
        int refused = 0;
        for (int i = 0; i < 30_000; i++) {
            var text = JsonSamples.object(random, 4).bytes();
            for (int hits = random.nextInt(3) + 1; hits > 0 && text.length > 0; hits--)
                text[random.nextInt(text.length)] = (byte) DAMAGE.charAt(random.nextInt(DAMAGE.length()));
            Json ours;
            try {
                ours = JsonReader.read(text);
                // Jackson makes numbers of numbers, which has a limit that we have no need of.
                if (HUGE_EXPONENT.matcher(ours.text()).find()) continue;
                taken++;
            } catch (JsonError e) {
                refused++;
                continue;
            }
            try {
                assertThat(same(ours, JACKSON.readTree(text))).as(ours.text()).isTrue();
            } catch (JacksonException e) {
                throw new AssertionError("Jackson refuses what we take: " + ours.text(), e);
            }
        }
        assertThat(taken).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(1_000);
    }

    private static boolean same(Json ours, JsonNode theirs) {
        return switch (ours) {
            case Json.Null _ -> theirs.isNull();
            case Json.Bool(var value) -> theirs.isBoolean() && theirs.booleanValue() == value;
            case Json.Str(var value) ->
                theirs.isString() && theirs.stringValue().equals(value);
            case Json.Num(var lexeme) ->
                theirs.isNumber() && new BigDecimal(lexeme).compareTo(theirs.decimalValue()) == 0;
            case Json.Arr(var items) -> {
                boolean same = theirs.isArray() && theirs.size() == items.size();
                for (int i = 0; same && i < items.size(); i++) same = same(items.get(i), theirs.get(i));
                yield same;
            }
            case Json.Obj(var members) ->
                theirs.isObject()
                        && theirs.size() == members.size()
                        && members.entrySet().stream()
                                .allMatch(m -> theirs.has(m.getKey()) && same(m.getValue(), theirs.get(m.getKey())));
        };
    }
}
