package dev.writ.ledger.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Secret;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The binary interface, and libraries that lie: these need no token. */
class CryptokiTest {
    private static final TokenSettings SETTINGS =
            new TokenSettings(Path.of("/t.so"), "tok", () -> Secret.of("s3cret-pin"), Duration.ofSeconds(5));

    private final FaultyToken library = FaultyToken.alone();

    private void refused(String words) {
        fails(words, () -> library.open(SETTINGS));
    }

    private static void fails(String words, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOf(TokenFailure.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("s3cret");
    }

    /** The figures that gcc gives for p11-kit's pkcs11.h on x86-64; every LP64 ABI lays them out so. */
    @Test
    void theStructuresLieInMemoryAsTheHeadersSay() {
        assertThat(Cryptoki.INITIALIZE_ARGS.byteSize()).isEqualTo(48);
        assertThat(Cryptoki.INITIALIZE_ARGS.byteOffset(PathElement.groupElement("flags")))
                .isEqualTo(32);
        assertThat(Cryptoki.TOKEN_INFO.byteSize()).isEqualTo(208);
        assertThat(Cryptoki.TOKEN_INFO.byteOffset(PathElement.groupElement("flags")))
                .isEqualTo(96);
        assertThat(Cryptoki.ATTRIBUTE.byteSize()).isEqualTo(24);
        assertThat(Cryptoki.MECHANISM.byteSize()).isEqualTo(24);
        assertThat(Arrays.stream(Cryptoki.Function.values())
                        .map(function -> function + " " + function.offset())
                        .toList())
                .isEqualTo(List.of(
                        "C_Initialize 8",
                        "C_GetSlotList 40",
                        "C_GetTokenInfo 56",
                        "C_GetMechanismInfo 72",
                        "C_OpenSession 104",
                        "C_CloseSession 112",
                        "C_Login 152",
                        "C_DestroyObject 184",
                        "C_GetAttributeValue 200",
                        "C_SetAttributeValue 208",
                        "C_FindObjectsInit 216",
                        "C_FindObjects 224",
                        "C_FindObjectsFinal 232",
                        "C_SignInit 344",
                        "C_Sign 352",
                        "C_GenerateKeyPair 480"));
    }

    @Test
    void aLibraryWithoutAFunctionThatWeNeedIsNotUsed() {
        fails("has no C_Initialize", () -> new Cryptoki(MemorySegment.ofArray(new long[69])));
    }

    @Test
    void aLibraryThatCannotBeginIsNotUsed() {
        refused("C_Initialize returned CKR_FUNCTION_NOT_SUPPORTED");
        library.faults((_, _) -> 0x80000001L);
        refused("C_Initialize returned 0x80000001");
    }

    @Test
    void numbersOfSlotsThatCannotBeAreNotBelieved() {
        for (long slots : new long[] {-1, Long.MIN_VALUE, 1 << 20}) {
            library.faults((function, arguments) -> {
                if (function.equals("C_GetSlotList")) write(arguments[2], slots);
                return 0L;
            });
            refused("more than 1024 slots");
        }
        library.faults((function, arguments) -> {
            // One slot at first, and then more than there is room for.
            if (function.equals("C_GetSlotList"))
                write(arguments[2], arguments[1].equals(MemorySegment.NULL) ? 1 : 1L << 40);
            return function.equals("C_GetTokenInfo") ? 0x5L : 0L;
        });
        refused("the token tok is not there");
    }

    private static void write(Object at, long value) {
        ((MemorySegment) at).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, value);
    }

    /** A token that does what it is asked, until the test says otherwise. */
    private Long willing(String function, Object[] arguments, long flags) {
        switch (function) {
            case "C_GetSlotList" -> {
                write(arguments[2], 1);
                if (!arguments[1].equals(MemorySegment.NULL)) write(arguments[1], 7);
            }
            case "C_GetTokenInfo" -> {
                var info = ((MemorySegment) arguments[1]).reinterpret(208);
                MemorySegment.copy(MemorySegment.ofArray(("tok" + " ".repeat(29)).getBytes(UTF_8)), 0, info, 0, 32);
                info.set(ValueLayout.JAVA_LONG, 96, flags);
            }
            case "C_OpenSession" -> write(arguments[4], 3);
            default -> {}
        }
        return 0L;
    }

    private static final long READY = 1 << 3 | 1 << 10;

    @Test
    void aTokenThatIsNotReadyIsNotLoggedInto() {
        library.faults((function, arguments) -> willing(function, arguments, 1 << 10));
        refused("is not initialized");
        library.faults((function, arguments) -> willing(function, arguments, READY | 1 << 18));
        refused("is locked");
        library.faults((function, arguments) -> willing(function, arguments, READY | 1 << 17));
        refused("one more wrong PIN would lock");
        library.faults((function, arguments) ->
                function.equals("C_GetMechanismInfo") ? Long.valueOf(0x70) : willing(function, arguments, READY));
        refused("has no EdDSA");
        assertThat(library.calls("C_Login")).isZero();
    }

    @Test
    void everyAnswerAboutThePinEndsItAtOnce() {
        for (long answer : new long[] {0xa0, 0xa1, 0xa2, 0xa3, 0xa4}) {
            var other = FaultyToken.alone();
            other.faults((function, arguments) ->
                    function.equals("C_Login") ? Long.valueOf(answer) : willing(function, arguments, READY));
            fails("C_Login returned CKR_PIN_", () -> other.open(SETTINGS));
            assertThat(other.calls("C_Login")).isEqualTo(1);
            assertThat(other.calls("C_CloseSession"))
                    .as("no session is left open")
                    .isEqualTo(1);
        }
    }

    @Test
    void countsAndLengthsThatCannotBeAreNotBelieved() {
        library.faults((function, arguments) -> willing(function, arguments, READY));
        try (var token = library.open(SETTINGS)) {
            var key = Token.publicKey(new byte[32]);
            for (long found : new long[] {-1, 9, 1L << 40}) {
                library.faults((function, arguments) -> {
                    if (function.equals("C_FindObjects")) write(arguments[3], found);
                    return willing(function, arguments, READY);
                });
                fails("more than it was asked for", () -> token.sign("k", key, new byte[1]));
            }
            for (long length : new long[] {-1, 257, 1L << 40}) {
                library.faults((function, arguments) -> {
                    if (function.equals("C_FindObjects")) write(arguments[3], 1);
                    if (function.equals("C_GetAttributeValue"))
                        ((MemorySegment) arguments[2]).reinterpret(24).set(ValueLayout.JAVA_LONG, 16, length);
                    return willing(function, arguments, READY);
                });
                fails("attribute of a wrong length", () -> token.prove("k", key));
            }
        }
    }

    @Test
    void aTokenThatForgetsEverySessionIsAskedTwiceAndNotForEver() {
        library.faults((function, arguments) -> willing(function, arguments, READY));
        try (var token = library.open(SETTINGS)) {
            library.faults((function, arguments) ->
                    function.equals("C_FindObjectsInit") ? Long.valueOf(0xb3) : willing(function, arguments, READY));
            var key = Token.publicKey(new byte[32]);
            fails("CKR_SESSION_HANDLE_INVALID", () -> token.sign("k", key, new byte[1]));
            assertThat(library.calls("C_FindObjectsInit")).isEqualTo(2);
            assertThat(library.calls("C_Login")).isEqualTo(2);
        }
    }

    @Test
    void aPublicKeyIsReadInTheFormsThatTokensGive() {
        var raw = new byte[32];
        new SecureRandom().nextBytes(raw);
        raw[31] &= 0x7f;
        var plain = Token.publicKey(raw);
        assertThat(Token.publicKey(joined(new byte[] {0x04, 0x20}, raw))).isEqualTo(plain);
        assertThat(Token.publicKey(joined(new byte[] {0x03, 0x21, 0x00}, raw))).isEqualTo(plain);
        for (var wrong : List.of(
                new byte[0],
                new byte[31],
                new byte[33],
                new byte[256],
                joined(new byte[] {0x04, 0x21}, raw),
                joined(new byte[] {0x03, 0x20}, raw),
                joined(new byte[] {0x03, 0x21, 0x01}, raw)))
            fails("public key in an unknown form", () -> Token.publicKey(wrong));
    }

    private static byte[] joined(byte[] one, byte[] two) {
        var both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
