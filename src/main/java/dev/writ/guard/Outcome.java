package dev.writ.guard;

import dev.writ.base.Digest;
import java.util.Optional;

/**
 * What came of a permitted action.
 *
 * @param status what is known of the effect
 * @param peer who was spoken to, as an address or a command's name
 * @param sentBytes how many bytes of payload were written to the peer
 * @param answer digest of the answer's bytes, where there was one
 * @param answerBytes length of the answer
 * @param detail a short reason where it did not go well; never a secret, never the peer's text
 */
public record Outcome(
        Status status, String peer, long sentBytes, Optional<Digest> answer, long answerBytes, String detail) {

    public enum Status {
        /** The peer answered with a result. */
        DONE,
        /** The peer answered with an error. */
        ERROR,
        /** Nothing was sent. */
        NOT_SENT,
        /** It was sent, and no whole answer came: the effect is not known. */
        INDETERMINATE,
        /** Revocation or the caller cut it; the effect is not known. */
        CUT;

        /** The name in records. */
        public String code() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    public static Outcome done(String peer, long sentBytes, byte[] answer) {
        return new Outcome(Status.DONE, peer, sentBytes, Optional.of(Digest.of(answer)), answer.length, "");
    }

    public static Outcome without(Status status, String peer, long sentBytes, String detail) {
        return new Outcome(status, peer, sentBytes, Optional.empty(), 0, detail);
    }
}
