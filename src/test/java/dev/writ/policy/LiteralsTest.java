package dev.writ.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edges of Cedar's extension types; the oracle itself is asked whether it takes each text. */
class LiteralsTest {
    @ParameterizedTest
    @CsvSource({
        "0.0,0",
        "-0.5,-5000",
        "1.2345,12345",
        "922337203685477.5807,9223372036854775807",
        "-922337203685477.5808,-9223372036854775808",
        "0000001.1,11000"
    })
    void decimalsHaveUpToFourPlaces(String text, long tenThousandths) {
        assertThat(Literals.decimal(text)).isEqualTo(new Value.Decimal(tenThousandths));
    }

    @ParameterizedTest
    @CsvSource({
        "1970-01-01,0",
        "1969-12-31T23:59:59.999Z,-1",
        "1970-01-01T01:30:00+0130,0",
        "1970-01-01T00:00:00.001-0001,60001",
        "2024-02-29,1709164800000",
        "0000-01-01,-62167219200000",
        "9999-12-31T23:59:59.999Z,253402300799999"
    })
    void datetimesCountMilliseconds(String text, long millis) {
        assertThat(Literals.datetime(text)).isEqualTo(new Value.DateTime(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "1d,86400000",
        "-1d2h,-93600000",
        "1h30m,5400000",
        "5ms,5",
        "0ms,0",
        "9223372036854775807ms,9223372036854775807",
        "-9223372036854775808ms,-9223372036854775808"
    })
    void durationsAddTheirUnits(String text, long millis) {
        assertThat(Literals.duration(text)).isEqualTo(new Value.Duration(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.",
                ".1",
                "1.00000",
                "+1.0",
                "1e3",
                "1.0 ",
                "922337203685477.5808",
                "-922337203685477.5809",
                "99999999999999999999.0",
                "١.٠",
                "--1.0",
                "0x1.0",
                "1.0\n",
                "1970-13-01",
                "1970-02-30",
                "1970-1-1",
                "1970-01-01T24:00:00Z",
                "1970-01-01T00:60:00Z",
                "1970-01-01T00:00:60Z",
                "1970-01-01T00:00:00",
                "1970-01-01T00:00:00z",
                "1970-01-01T00:00:00.1Z",
                "1970-01-01T00:00:00+24:00",
                "1970-01-01T00:00:00+2400",
                "1970-01-01T00:00:00+0060",
                "10000-01-01",
                "1s1d",
                "1d1d",
                "1",
                "-",
                "1.5h",
                "ms",
                "9223372036854775808ms",
                "106751991168d",
                "127.0.0.1.",
                "127.0.0",
                "127.0.0.01",
                "256.0.0.1",
                "127.0.0.1/33",
                "127.0.0.1/",
                "/8",
                "127.0.0.1/08",
                "127.0.0.1/+8",
                "::ffff:127.0.0.1",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1/129",
                "::1/",
                "12345::",
                "g::",
                "fe80::1%eth0",
                "::1 ",
                " 127.0.0.1",
                "1111:1111:1111:1111:1111:1111:1111:1111/1281"
            })
    void whatCedarRefusesIsBrokenHereToo(String text) {
        for (var function : new String[] {"decimal", "datetime", "duration", "ip"})
            assertThat(taken(function, text)).as("%s(%s)", function, text).isEqualTo(takenByCedar(function, text));
        assertThat(taken("decimal", text) && taken("ip", text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "0.0.0.0/0",
                "255.255.255.255/32",
                "::",
                "::1",
                "1::",
                "1:2:3:4:5:6:7::",
                "::2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8",
                "2001:DB8::/32",
                "FF00::2/128",
                "::/0"
            })
    void whatCedarTakesIsTakenHereToo(String text) {
        assertThat(takenByCedar("ip", text)).isTrue();
        assertThat(taken("ip", text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3,10.0.0.0/8,true", "10.0.0.0/8,10.1.2.3,false", "11.0.0.0,10.0.0.0/8,false", "1.2.3.4,0.0.0.0/0,true",
        "::1,0.0.0.0/0,false", "2001:db8::1,2001:db8::/32,true", "2001:db9::1,2001:db8::/32,false", "::1,::/0,true",
        "::1,::1,true", "::2,::1,false", "1:2:3:4:5::,1:2:3:4::/64,true", "1:2:3:4:5::,1:2:3:4::/80,false"
    })
    void rangesHoldWhatTheyShould(String inner, String outer, boolean within) {
        assertThat(IpText.within((Value.IpAddr) IpText.parse(inner), (Value.IpAddr) IpText.parse(outer)))
                .isEqualTo(within);
    }

    @Test
    void aPatternCannotBeMadeToExplode() {
        var pieces = new java.util.ArrayList<String>();
        for (int i = 0; i < 1_000; i++) pieces.add("a");
        pieces.add("b");
        assertThat(new Wildcard(pieces).matches("a".repeat(100_000))).isFalse();
    }

    private static boolean taken(String function, String text) {
        return !(Function.named(function).orElseThrow().apply(new Value.Str(text), Value.Bool.FALSE)
                instanceof Value.Broken);
    }

    private static boolean takenByCedar(String function, String text) {
        var policy = "permit (principal, action, resource) when { " + function + "(" + CedarText.quoted(text) + ") == "
                + function + "(" + CedarText.quoted(text) + ") };";
        var nobody = new Uid("A", "a");
        var question = new Question(nobody, new Uid("Action", "a"), nobody, Value.Record.EMPTY, Entities.NONE);
        return CedarOracle.ask(java.util.Map.of("p", policy), question, java.util.List.of())
                .allowed();
    }
}
