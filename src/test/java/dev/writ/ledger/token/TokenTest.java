package dev.writ.ledger.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ed25519 in a real token (SoftHSM), and what becomes of it when the token, its library or the PIN fails. */
@Tag("extended")
class TokenTest {
    private static final String TOKEN = SoftHsm.fresh();
    private static final String PINS = SoftHsm.fresh();

    @TempDir
    Path folder;

    private static void fails(TokenFailure.Code code, String words, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOf(TokenFailure.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining(SoftHsm.PIN)
                .satisfies(e -> assertThat(((TokenFailure) e).code()).isEqualTo(code));
    }

    private static boolean verifies(PublicKey key, byte[] message, byte[] signature) throws Exception {
        var verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(message);
        return verifier.verify(signature);
    }

    @Test
    void aKeyIsMadeInTheTokenSignsAndIsFoundAgain() throws Exception {
        var message = "origin\n1\nroot\n".getBytes(UTF_8);
        PublicKey key;
        try (var token = SoftHsm.open(TOKEN)) {
            key = token.generate(_ -> "found/again+00000001");
            assertThat(verifies(key, message, token.sign("found/again+00000001", key, message)))
                    .isTrue();
        }
        try (var token = SoftHsm.open(TOKEN)) {
            token.prove("found/again+00000001", key);
            assertThat(verifies(key, message, token.sign("found/again+00000001", key, message)))
                    .isTrue();
        }
    }

    @Test
    void anotherKeyUnderTheSameNameIsRefused() {
        try (var token = SoftHsm.open(TOKEN)) {
            var one = token.generate(_ -> "other+1");
            var two = token.generate(_ -> "other+2");
            fails(TokenFailure.Code.KEY, "another key", () -> token.prove("other+2", one));
            fails(TokenFailure.Code.KEY, "another key", () -> token.sign("other+1", two, new byte[3]));
            fails(TokenFailure.Code.KEY, "no key called other+3", () -> token.prove("other+3", one));
            token.generate(_ -> "other+2");
        }
        try (var token = SoftHsm.open(TOKEN)) {
            var three = token.generate(_ -> "other+3");
            fails(TokenFailure.Code.KEY, "several keys called other+2", () -> token.prove("other+2", three));
        }
    }

    @Test
    void aDestroyedKeyIsGoneAndDestroyingItAgainDoesNothing() {
        try (var token = SoftHsm.open(TOKEN)) {
            var key = token.generate(_ -> "gone+1");
            token.destroy("gone+1");
            token.destroy("gone+1");
            fails(TokenFailure.Code.KEY, "no key called gone+1", () -> token.sign("gone+1", key, new byte[1]));
        }
    }

    @Test
    void aWrongPinIsTriedOnceAndNeverShown() {
        var faulty = FaultyToken.aroundSoftHsm();
        fails(TokenFailure.Code.PIN, "CKR_PIN_INCORRECT", () -> faulty.open(SoftHsm.settings(PINS, "7294-wrong")));
        assertThat(faulty.calls("C_Login")).isEqualTo(1);
        try (var token = SoftHsm.open(PINS)) {
            assertThat(token.label()).isEqualTo(PINS);
        }
    }

    @Test
    void aPinThatWasChangedMeanwhileIsToldOnceAndNoMore() {
        var faulty = FaultyToken.aroundSoftHsm();
        var pin = new AtomicInteger();
        var settings = new TokenSettings(
                SoftHsm.library(),
                PINS,
                () -> Secret.of(pin.getAndIncrement() == 0 ? SoftHsm.PIN : "0000-wrong"),
                Duration.ofSeconds(10));
        try (var token = faulty.open(settings)) {
            var key = token.generate(_ -> "pin+1");
            assertThat(faulty.calls("C_Login")).isEqualTo(1);
            faulty.faults((function, _) -> {
                if (!function.equals("C_Login")) return function.equals("C_SignInit") ? 0x101L : null;
                return 0xa0L;
            });
            fails(TokenFailure.Code.PIN, "CKR_PIN_INCORRECT", () -> token.sign("pin+1", key, new byte[1]));
            for (int i = 0; i < 5; i++)
                fails(TokenFailure.Code.PIN, "not tried again", () -> token.sign("pin+1", key, new byte[1]));
            assertThat(faulty.calls("C_Login")).isEqualTo(2);
        }
    }

    @Test
    void theLastTryBeforeTheTokenLocksIsNotTaken() {
        for (long flag : new long[] {1 << 17, 1 << 18}) {
            var faulty = FaultyToken.aroundSoftHsm();
            faulty.faults((function, arguments) -> {
                if (!function.equals("C_GetTokenInfo")) return null;
                var info = ((java.lang.foreign.MemorySegment) arguments[1]).reinterpret(208);
                java.lang.foreign.MemorySegment.copy(
                        java.lang.foreign.MemorySegment.ofArray((PINS + " ".repeat(32)).getBytes(UTF_8)),
                        0,
                        info,
                        0,
                        32);
                info.set(Cryptoki.ULONG, 96, flag | 1 << 3 | 1 << 10);
                return (long) arguments[0] == firstSlot(faulty) ? 0L : 0x5L;
            });
            fails(TokenFailure.Code.PIN, "lock", () -> faulty.open(SoftHsm.settings(PINS)));
            assertThat(faulty.calls("C_Login")).isZero();
        }
    }

    private static long firstSlot(FaultyToken faulty) {
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            var count = arena.allocate(Cryptoki.ULONG);
            var ids = arena.allocate(Cryptoki.ULONG, 64);
            count.set(Cryptoki.ULONG, 0, 64);
            Cryptoki.load(SoftHsm.library()).call(Cryptoki.Function.C_GetSlotList, (byte) 1, ids, count);
            assertThat(faulty).isNotNull();
            return ids.get(Cryptoki.ULONG, 0);
        }
    }

    @Test
    void aLostSessionIsOpenedAgainOnceAndNotMore() throws Exception {
        var faulty = FaultyToken.aroundSoftHsm();
        try (var token = faulty.open(SoftHsm.settings(TOKEN))) {
            var key = token.generate(_ -> "lost+1");
            for (long loss : new long[] {0xb0, 0xb3, 0x101, 0x60, 0x82, 0x32, 0xe0}) {
                var left = new AtomicInteger(1);
                faulty.faults((function, _) -> function.equals("C_Sign") && left.getAndDecrement() > 0 ? loss : null);
                assertThat(verifies(key, new byte[9], token.sign("lost+1", key, new byte[9])))
                        .isTrue();
            }
            long before = faulty.calls("C_Sign");
            faulty.faults((function, _) -> function.equals("C_Sign") ? 0xb3L : null);
            fails(
                    TokenFailure.Code.REFUSED,
                    "CKR_SESSION_HANDLE_INVALID",
                    () -> token.sign("lost+1", key, new byte[9]));
            assertThat(faulty.calls("C_Sign") - before).isEqualTo(2);
            faulty.faults((_, _) -> null);
            assertThat(verifies(key, new byte[9], token.sign("lost+1", key, new byte[9])))
                    .isTrue();
        }
    }

    @Test
    void aTokenThatDoesNotAnswerIsWaitedForAsLongAsWasSaid() {
        var faulty = FaultyToken.aroundSoftHsm();
        var settings =
                new TokenSettings(SoftHsm.library(), TOKEN, () -> Secret.of(SoftHsm.PIN), Duration.ofMillis(1_000));
        try (var token = faulty.open(settings)) {
            var key = token.generate(_ -> "slow+1");
            var answers = new CountDownLatch(1);
            faulty.faults((function, _) -> {
                if (function.equals("C_Sign")) awaited(answers);
                return null;
            });
            fails(TokenFailure.Code.SLOW, "did not answer within 1 s", () -> token.sign("slow+1", key, new byte[1]));
            fails(TokenFailure.Code.SLOW, "did not answer within 1 s", () -> token.sign("slow+1", key, new byte[1]));
            answers.countDown();
            assertThat(token.sign("slow+1", key, new byte[1])).hasSize(64);
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSignatureThatIsNoneIsNotGivenOn() {
        var faulty = FaultyToken.aroundSoftHsm();
        try (var token = faulty.open(SoftHsm.settings(TOKEN))) {
            var key = token.generate(_ -> "forged+1");
            faulty.faults((function, _) -> function.equals("C_Sign") ? 0L : null);
            fails(
                    TokenFailure.Code.KEY,
                    "another key, or not as Ed25519",
                    () -> token.sign("forged+1", key, new byte[2]));
            faulty.faults((function, arguments) -> {
                if (!function.equals("C_Sign")) return null;
                ((java.lang.foreign.MemorySegment) arguments[4]).reinterpret(8).set(Cryptoki.ULONG, 0, 1L << 40);
                return 0L;
            });
            fails(TokenFailure.Code.REFUSED, "wrong length", () -> token.sign("forged+1", key, new byte[2]));
        }
    }

    @Test
    void aKeyThatCouldBeTakenOutIsRefusedAndNotLeftBehind() {
        var faulty = FaultyToken.aroundSoftHsm();
        try (var token = faulty.open(SoftHsm.settings(TOKEN))) {
            faulty.faults((function, arguments) -> {
                if (!function.equals("C_GetAttributeValue")) return null;
                var attribute = ((java.lang.foreign.MemorySegment) arguments[2]).reinterpret(24);
                if (attribute.get(Cryptoki.ULONG, 0) != Attributes.EXTRACTABLE) return null;
                attribute
                        .get(java.lang.foreign.ValueLayout.ADDRESS, 8)
                        .reinterpret(1)
                        .set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 1);
                attribute.set(Cryptoki.ULONG, 16, 1);
                return 0L;
            });
            fails(TokenFailure.Code.KEY, "can be taken out", () -> token.generate(_ -> "loose+1"));
            assertThat(faulty.calls("C_DestroyObject")).isEqualTo(2);
        }
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        fails(TokenFailure.Code.TOKEN, "the token no-such is not there", () -> SoftHsm.open("no-such"));
        fails(TokenFailure.Code.TOKEN, "2 tokens are called writ-twice", () -> SoftHsm.open(SoftHsm.TWICE));
        var text = Files.writeString(folder.resolve("lib.so"), "not a library");
        for (var file : new Path[] {text, folder.resolve("absent.so")})
            fails(TokenFailure.Code.LIBRARY, "cannot be loaded", () -> Cryptoki.load(file));
    }

    @Test
    void whoeverAsksAtTheSameTimeGetsAnAnswerEach() {
        try (var token = SoftHsm.open(TOKEN)) {
            var key = token.generate(_ -> "many+1");
            assertThat(IntStream.range(0, 64)
                            .parallel()
                            .mapToObj(i -> token.sign("many+1", key, new byte[i]))
                            .toList())
                    .hasSize(64)
                    .allSatisfy(signature -> assertThat(signature).hasSize(64));
        }
    }

    @Test
    void aClosedTokenSignsNothing() {
        var token = Token.open(SoftHsm.settings(TOKEN), new SecureRandom());
        var key = token.generate(_ -> "closed+1");
        token.close();
        token.close();
        fails(TokenFailure.Code.TOKEN, "was closed", () -> token.sign("closed+1", key, new byte[1]));
    }
}
