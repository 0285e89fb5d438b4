package dev.writ.ledger;

import static dev.writ.ledger.Sample.TENANT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.ledger.verify.SideCipher;
import dev.writ.ledger.verify.SideKey;
import dev.writ.ledger.verify.SideSlot;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Side values of both formats are read; what is written has the newer one. */
class SideFormatsTest {
    private static final byte[] MASTER = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
    private static final byte[] BOUND = "bound to".getBytes(UTF_8);
    private static final byte[] SALT = new byte[32];
    private static final byte[] VALUE = "a value".getBytes(UTF_8);

    private final SideCipher cipher = new SideCipher(MASTER);

    /** A value as the first version wrote it: a key of its own, wrapped (RFC 3394). */
    private static SideKey wrapped(byte[] key) throws Exception {
        var wrap = Cipher.getInstance("AESWrap");
        wrap.init(Cipher.WRAP_MODE, new SecretKeySpec(MASTER, "AES"));
        return new SideKey(SideKey.WRAPPED, wrap.wrap(new SecretKeySpec(key, "AES")));
    }

    private static byte[] encrypted(byte[] key) throws Exception {
        var gcm = Cipher.getInstance("AES/GCM/NoPadding");
        gcm.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, new byte[12]));
        gcm.updateAAD(BOUND);
        return gcm.doFinal(ByteBuffer.allocate(SALT.length + VALUE.length)
                .put(SALT)
                .put(VALUE)
                .array());
    }

    @Test
    void aValueOfTheFirstFormatStillOpens() throws Exception {
        var key = "fedcba9876543210fedcba9876543210".getBytes(UTF_8);
        var opened = cipher.open(wrapped(key), BOUND, encrypted(key)).orElseThrow();
        assertThat(opened.value()).isEqualTo(VALUE);
        assertThat(opened.salt()).isEqualTo(SALT);
    }

    @Test
    void aValueOpensUnderItsSeedAloneAndNotOnceThatIsOverwritten() {
        var seed = "seed-seed-seed-seed-seed-seed-se".getBytes(UTF_8);
        var text = cipher.sealer().encrypt(seed, BOUND, SALT, VALUE);
        assertThat(cipher.open(SideKey.seeded(seed), BOUND, text).orElseThrow().value())
                .isEqualTo(VALUE);
        assertThat(cipher.open(SideKey.seeded(new byte[32]), BOUND, text)).isEmpty();
        assertThat(cipher.open(SideKey.seeded(seed), "elsewhere".getBytes(UTF_8), text))
                .isEmpty();
        assertThat(new SideCipher(new byte[32]).open(SideKey.seeded(seed), BOUND, text))
                .isEmpty();
        // Taken for the other format, a seed opens nothing.
        var asWrapped = new SideKey(SideKey.WRAPPED, java.util.Arrays.copyOf(seed, 40));
        assertThat(cipher.open(asWrapped, BOUND, text)).isEmpty();
    }

    @Test
    void oneSealerSealsMuchAndNoTwoTextsAreAlike() {
        var sealer = cipher.sealer();
        for (int length : new int[] {0, 1, 15, 16, 4_063, 4_064, 100_000, 3}) {
            var value = new byte[length];
            var seed = new byte[32];
            Sample.RANDOM.nextBytes(seed);
            var text = sealer.encrypt(seed, BOUND, SALT, value);
            assertThat(text).hasSize(length + 48);
            assertThat(cipher.open(SideKey.seeded(seed), BOUND, text)
                            .orElseThrow()
                            .value())
                    .isEqualTo(value);
            Sample.RANDOM.nextBytes(seed);
            assertThat(sealer.encrypt(seed, BOUND, SALT, value)).isNotEqualTo(text);
        }
    }

    @Test
    void slotsOfBothFormatsAreReadAndAnErasedOneHoldsNoKey() throws Exception {
        for (var key : List.of(wrapped(new byte[32]), SideKey.seeded(MASTER))) {
            var slot = SideSlot.present(7, "payload", 4_096, 55, key);
            var read = SideSlot.read(slot.bytes()).orElseThrow();
            assertThat(read.key().format()).isEqualTo(key.format());
            assertThat(read.key().cell()).isEqualTo(key.cell());
            var erased = SideSlot.read(slot.erased(9).bytes()).orElseThrow();
            assertThat(erased.isErased()).isTrue();
            assertThat(erased.key().cell()).containsOnly(0);
            assertThat(erased.key().format()).isEqualTo(key.format());
        }
        var unknown =
                SideSlot.present(7, "payload", 0, 1, SideKey.seeded(MASTER)).bytes();
        unknown[0] = 3;
        var crc = new CRC32C();
        crc.update(unknown, 0, 4);
        crc.update(unknown, 8, SideSlot.BYTES - 8);
        ByteBuffer.wrap(unknown).putInt(4, (int) crc.getValue());
        assertThat(SideSlot.read(unknown)).isEmpty();
    }

    @Test
    void aFrameOfTheFirstFormatIsReplayedWithItsWrappedKey() throws Exception {
        var key = wrapped(new byte[32]);
        var frame = ByteBuffer.allocate(512);
        frame.putInt(0).putInt(0).putLong(1).putLong(1).put((byte) 1);
        frame.put((byte) 4)
                .put(TENANT.text().getBytes(UTF_8))
                .putLong(0)
                .putShort((short) 2)
                .put("{}".getBytes(UTF_8));
        frame.put((byte) 1)
                .put((byte) 7)
                .put("payload".getBytes(UTF_8))
                .put(key.cell())
                .putInt(3)
                .put(new byte[3]);
        sign(frame, 99);
        var read = Frame.read(frame.array(), 0, 99).orElseThrow();
        assertThat(read.side().getFirst().key().format()).isEqualTo(SideKey.WRAPPED);
        assertThat(read.side().getFirst().key().cell()).isEqualTo(key.cell());
        frame.put(24, (byte) 3);
        sign(frame, 99);
        assertThatThrownBy(() -> Frame.read(frame.array(), 0, 99)).hasMessageContaining("newer version");
    }

    private static void sign(ByteBuffer frame, long salt) {
        int length = frame.position() - Frame.HEADER_BYTES;
        frame.putInt(0, length);
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(8).putLong(salt).flip());
        crc.update(frame.array(), 0, 4);
        crc.update(frame.array(), 8, Frame.HEADER_BYTES - 8 + length);
        frame.putInt(4, (int) crc.getValue());
    }
}
