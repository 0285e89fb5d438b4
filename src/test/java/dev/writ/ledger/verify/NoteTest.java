package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.base.Digest;
import java.security.KeyPairGenerator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoteTest {
    /** The example of signed-note, "Verifier keys". */
    private static final String VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    private static final String NOTE = "This is an example message.\n\n\u2014 example.com/foo"
            + " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    @Test
    void theExampleOfTheSpecificationVerifies() {
        var key = VerifierKey.parse(VKEY);
        var note = Note.parse(NOTE.getBytes(UTF_8));
        var line = note.signatures().getFirst();
        assertThat(key).hasToString(VKEY);
        assertThat(note).hasToString(NOTE);
        assertThat(line.by(key)).isTrue();
        assertThat(key.signed(note.text().getBytes(UTF_8), line.signature())).isTrue();
        assertThat(key.signed("This is another message.\n".getBytes(UTF_8), line.signature()))
                .isFalse();
    }

    @Test
    void aVerifierKeyWithOneCharacterChangedIsRefused() {
        for (int i = 0; i < VKEY.length(); i++) {
            var changed = VKEY.substring(0, i) + (VKEY.charAt(i) == 'x' ? 'y' : 'x') + VKEY.substring(i + 1);
            assertThatThrownBy(() -> VerifierKey.parse(changed))
                    .as(changed)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "no signatures\n",
                "text\n\n",
                "text\n\n\u2014 name AAAA",
                "text\n\n\u2014 name AAAA\n",
                "text\n\n\u2014 name  AAAAAAAA\n",
                "text\n\n\u2014 na+me AAAAAAAA\n",
                "text\n\n\u2014 AAAAAAAA\n",
                "text\n\n- name AAAAAAAA\n",
                "text\n\n\u2014 name AAAAAAB=\n",
                "text\n\n\u2014 name AAAAAAA\n",
                "te\txt\n\n\u2014 name AAAAAAAA\n",
                "text\r\n\n\u2014 name AAAAAAAA\n",
                "text\n\n\u2014 name AAAAAAAA\nmore\n"
            })
    void whatIsNoSignedNoteIsRefused(String text) {
        assertThatThrownBy(() -> Note.parse(text.getBytes(UTF_8))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        assertThatThrownBy(() -> Note.parse(new byte[] {(byte) 0xC3, 10, 10}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Note.parse(new byte[Note.BYTES_MAX + 1])).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "o\n01\nR\n",
                "o\n-1\nR\n",
                "o\n1\n\n",
                "\n1\nR\n",
                "o\n1\nR\nextension\n",
                "o\n9999999999999999999\nR\n",
                "o\n1\nAAAA\n"
            })
    void whatIsNoCheckpointIsRefused(String text) {
        var root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        var note = text.replace("R", root) + "\n\u2014 o AAAAAAAA\n";
        assertThatThrownBy(() -> Checkpoint.parse(note.getBytes(UTF_8))).isInstanceOf(IllegalArgumentException.class);
        assertThat(Checkpoint.parse(("o\n1\n" + root + "\n\n\u2014 o AAAAAAAA\n").getBytes(UTF_8))
                        .size())
                .isOne();
    }

    @Test
    void theCosignedMessageIsLaidOutAsTheSpecificationSays() {
        var message = Checkpoint.cosignedMessage("ab", 1, "xyz", 258, Digest.of());
        assertThat(message).hasSize(12 + 1 + 2 + 8 + 1 + 3 + 8 + 8 + 32);
        assertThat(message)
                .startsWith("subtree/v1\n\0\u0002ab\0\0\0\0\0\0\0\u0001\u0003xyz".getBytes(UTF_8))
                .endsWith(Digest.of().bytes());
        assertThat(java.util.Arrays.copyOfRange(message, 27, 43))
                .isEqualTo(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2});
    }

    @Test
    void oneTypeOfSignatureIsNotEnoughWhereTwoAreTrusted() throws Exception {
        var classic = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var quantum = KeyPairGenerator.getInstance("ML-DSA-44").generateKeyPair();
        var one = VerifierKey.of("o", VerifierKey.Type.ED25519, classic.getPublic());
        var two = VerifierKey.of("o", VerifierKey.Type.ML_DSA_44, quantum.getPublic());
        assertThat(VerifierKey.parse(two.toString())).isEqualTo(two);
        var text = Checkpoint.text("o", 0, Digest.of());
        var signer = java.security.Signature.getInstance("Ed25519");
        signer.initSign(classic.getPrivate());
        signer.update(text.getBytes(UTF_8));
        var line = new Note.Line("o", one.id(), signer.sign());
        var checkpoint = new Checkpoint("o", 0, Digest.of(), new Note(text, List.of(line)));
        assertThat(new Trust(List.of(one)).objection(checkpoint)).isEmpty();
        assertThat(new Trust(List.of(one, two)).objection(checkpoint)).isPresent();
        assertThat(new Trust(List.of(two)).objection(checkpoint)).isPresent();
        var stranger = VerifierKey.of(
                "o",
                VerifierKey.Type.ED25519,
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        assertThat(new Trust(List.of(stranger)).objection(checkpoint)).isPresent();
        assertThat(new Trust(List.of(stranger, one)).objection(checkpoint)).isEmpty();
    }
}
