package dev.writ.ledger.token;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Visible;
import dev.writ.ledger.token.Cryptoki.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Where a token is, and what it says of itself. */
record Slot(long id, String label, long flags) {
    private static final long USER_PIN_INITIALIZED = 1 << 3;
    private static final long TOKEN_INITIALIZED = 1 << 10;
    private static final long USER_PIN_FINAL_TRY = 1 << 17;
    private static final long USER_PIN_LOCKED = 1 << 18;
    private static final int SLOTS_MAX = 1_024;
    private static final byte TRUE = 1;

    /** The only token with this label. */
    static Slot of(Cryptoki cryptoki, String label) {
        var all = all(cryptoki);
        var found = all.stream().filter(slot -> slot.label.equals(label)).toList();
        if (found.size() == 1) return found.getFirst();
        throw new TokenFailure(
                TokenFailure.Code.TOKEN,
                found.isEmpty()
                        ? "the token " + label + " is not there"
                        : found.size() + " tokens are called " + label + ", and only one may be");
    }

    private static List<Slot> all(Cryptoki cryptoki) {
        try (var arena = Arena.ofConfined()) {
            var count = arena.allocate(Cryptoki.ULONG);
            cryptoki.call(Function.C_GetSlotList, TRUE, MemorySegment.NULL, count);
            long room = count.get(Cryptoki.ULONG, 0);
            if (room < 0 || room > SLOTS_MAX)
                throw new TokenFailure(
                        TokenFailure.Code.TOKEN, "the library tells of more than " + SLOTS_MAX + " slots");
            if (room == 0) return List.of();
            var ids = arena.allocate(Cryptoki.ULONG, room);
            cryptoki.call(Function.C_GetSlotList, TRUE, ids, count);
            long found = Math.clamp(count.get(Cryptoki.ULONG, 0), 0, room);
            var slots = new ArrayList<Slot>();
            for (int i = 0; i < found; i++) read(cryptoki, arena, ids.getAtIndex(Cryptoki.ULONG, i), slots);
            return slots;
        }
    }

    /** A slot whose token cannot be read is none that we could use. */
    private static void read(Cryptoki cryptoki, Arena arena, long id, List<Slot> into) {
        var info = arena.allocate(Cryptoki.TOKEN_INFO);
        if (cryptoki.returned(Function.C_GetTokenInfo, id, info) != Returned.OK) return;
        // Padded with blanks, not ended by a zero.
        var label = new String(info.asSlice(0, 32).toArray(JAVA_BYTE), UTF_8).stripTrailing();
        long flags = info.get(Cryptoki.ULONG, Cryptoki.TOKEN_INFO.byteOffset(PathElement.groupElement("flags")));
        into.add(new Slot(id, Visible.text(label, 64), flags));
    }

    /** Refuses a token that cannot sign, and one that a wrong PIN would lock: that last try is a person's. */
    void usable(Cryptoki cryptoki) {
        if ((flags & TOKEN_INITIALIZED) == 0 || (flags & USER_PIN_INITIALIZED) == 0)
            throw new TokenFailure(TokenFailure.Code.TOKEN, "the token " + label + " is not initialized");
        if ((flags & USER_PIN_LOCKED) != 0)
            throw new TokenFailure(TokenFailure.Code.PIN, "the token " + label + " is locked");
        if ((flags & USER_PIN_FINAL_TRY) != 0)
            throw new TokenFailure(
                    TokenFailure.Code.PIN,
                    "one more wrong PIN would lock the token " + label
                            + ", so none is tried; log in with another tool");
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(Cryptoki.MECHANISM_INFO);
            if (cryptoki.returned(Function.C_GetMechanismInfo, id, Session.EDDSA, info) != Returned.OK)
                throw new TokenFailure(TokenFailure.Code.TOKEN, "the token " + label + " has no EdDSA (CKM_EDDSA)");
        }
    }
}
