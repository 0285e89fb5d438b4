package dev.writ.ledger.token;

import java.util.Map;
import java.util.Set;

/** What PKCS#11 functions return (CK_RV; PKCS#11 v3.0 §5.1), as far as it makes a difference to us or to people. */
final class Returned {
    static final long OK = 0x0;
    static final long PIN_INCORRECT = 0xa0;
    static final long PIN_INVALID = 0xa1;
    static final long PIN_LEN_RANGE = 0xa2;
    static final long PIN_EXPIRED = 0xa3;
    static final long PIN_LOCKED = 0xa4;
    static final long SESSION_CLOSED = 0xb0;
    static final long SESSION_HANDLE_INVALID = 0xb3;
    static final long USER_ALREADY_LOGGED_IN = 0x100;
    static final long USER_NOT_LOGGED_IN = 0x101;
    static final long CRYPTOKI_NOT_INITIALIZED = 0x190;
    static final long CRYPTOKI_ALREADY_INITIALIZED = 0x191;

    private static final long DEVICE_REMOVED = 0x32;
    private static final long KEY_HANDLE_INVALID = 0x60;
    private static final long OBJECT_HANDLE_INVALID = 0x82;
    /** A call that failed half way has left the session in the middle of something. */
    private static final long OPERATION_ACTIVE = 0x90;

    private static final long TOKEN_NOT_PRESENT = 0xe0;

    private static final Set<Long> LOSSES = Set.of(
            SESSION_CLOSED,
            SESSION_HANDLE_INVALID,
            USER_NOT_LOGGED_IN,
            CRYPTOKI_NOT_INITIALIZED,
            DEVICE_REMOVED,
            KEY_HANDLE_INVALID,
            OBJECT_HANDLE_INVALID,
            OPERATION_ACTIVE,
            TOKEN_NOT_PRESENT);

    private static final Set<Long> ABOUT_THE_PIN =
            Set.of(PIN_INCORRECT, PIN_INVALID, PIN_LEN_RANGE, PIN_EXPIRED, PIN_LOCKED);

    private static final Map<Long, String> NAMES = Map.ofEntries(
            Map.entry(0x2L, "CKR_HOST_MEMORY"),
            Map.entry(0x3L, "CKR_SLOT_ID_INVALID"),
            Map.entry(0x5L, "CKR_GENERAL_ERROR"),
            Map.entry(0x6L, "CKR_FUNCTION_FAILED"),
            Map.entry(0x7L, "CKR_ARGUMENTS_BAD"),
            Map.entry(0x10L, "CKR_ATTRIBUTE_READ_ONLY"),
            Map.entry(0x12L, "CKR_ATTRIBUTE_TYPE_INVALID"),
            Map.entry(0x13L, "CKR_ATTRIBUTE_VALUE_INVALID"),
            Map.entry(0x1bL, "CKR_ACTION_PROHIBITED"),
            Map.entry(0x30L, "CKR_DEVICE_ERROR"),
            Map.entry(0x31L, "CKR_DEVICE_MEMORY"),
            Map.entry(DEVICE_REMOVED, "CKR_DEVICE_REMOVED"),
            Map.entry(0x54L, "CKR_FUNCTION_NOT_SUPPORTED"),
            Map.entry(KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID"),
            Map.entry(0x68L, "CKR_KEY_FUNCTION_NOT_PERMITTED"),
            Map.entry(0x70L, "CKR_MECHANISM_INVALID"),
            Map.entry(OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID"),
            Map.entry(OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE"),
            Map.entry(PIN_INCORRECT, "CKR_PIN_INCORRECT"),
            Map.entry(PIN_INVALID, "CKR_PIN_INVALID"),
            Map.entry(PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"),
            Map.entry(PIN_EXPIRED, "CKR_PIN_EXPIRED"),
            Map.entry(PIN_LOCKED, "CKR_PIN_LOCKED"),
            Map.entry(SESSION_CLOSED, "CKR_SESSION_CLOSED"),
            Map.entry(0xb1L, "CKR_SESSION_COUNT"),
            Map.entry(SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"),
            Map.entry(0xd1L, "CKR_TEMPLATE_INCONSISTENT"),
            Map.entry(TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"),
            Map.entry(0xe2L, "CKR_TOKEN_WRITE_PROTECTED"),
            Map.entry(USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"),
            Map.entry(0x130L, "CKR_DOMAIN_PARAMS_INVALID"),
            Map.entry(0x140L, "CKR_CURVE_NOT_SUPPORTED"),
            Map.entry(CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"));

    private Returned() {}

    /** Whether session, login or handles are no longer good, and new ones may be. */
    static boolean isLoss(long returned) {
        return LOSSES.contains(returned);
    }

    static boolean isAboutThePin(long returned) {
        return ABOUT_THE_PIN.contains(returned);
    }

    static String name(long returned) {
        return NAMES.getOrDefault(returned, "0x" + Long.toHexString(returned));
    }
}
