package dev.writ.ledger.token;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.writ.ledger.token.Cryptoki.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A PKCS#11 library with faults: its function list holds a detour for every function that we call, which asks a test
 * first and then, when that says nothing, calls the real library.
 */
public final class FaultyToken {
    /** Says what a function returns instead of being called; null lets it be called. */
    @FunctionalInterface
    public interface Faults {
        @Nullable
        Long before(String function, Object[] arguments);
    }

    private final Map<Function, MethodHandle> real = new EnumMap<>(Function.class);
    private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
    private final MemorySegment list;
    private volatile Faults faults = (_, _) -> null;

    private FaultyToken(MemorySegment library) {
        // A detour must outlive whoever may still be in it.
        var arena = Arena.global();
        list = arena.allocate(Cryptoki.FUNCTION_LIST_BYTES, 8).copyFrom(library);
        var linker = Linker.nativeLinker();
        try {
            for (var function : Function.values()) {
                var at = library.get(ADDRESS, function.offset());
                if (!at.equals(MemorySegment.NULL))
                    real.put(function, linker.downcallHandle(at, function.descriptor()));
                var type = function.descriptor().toMethodType();
                var detour = MethodHandles.lookup()
                        .findVirtual(
                                FaultyToken.class,
                                "detour",
                                MethodType.methodType(long.class, Function.class, Object[].class))
                        .bindTo(this)
                        .bindTo(function)
                        .asCollector(Object[].class, type.parameterCount())
                        .asType(type);
                list.set(ADDRESS, function.offset(), linker.upcallStub(detour, function.descriptor(), arena));
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Around SoftHSM. */
    public static FaultyToken aroundSoftHsm() {
        var _ = SoftHsm.configuration();
        return new FaultyToken(Cryptoki.functionList(SoftHsm.library()));
    }

    /** Around nothing: every function that the test does not answer fails. */
    static FaultyToken alone() {
        return new FaultyToken(Arena.global().allocate(Cryptoki.FUNCTION_LIST_BYTES, 8));
    }

    public void faults(Faults now) {
        faults = now;
    }

    /** How often a function was called. */
    public long calls(String function) {
        return calls.stream().filter(function::equals).count();
    }

    public Token open(TokenSettings settings) {
        return Token.open(new Cryptoki(list), settings, new SecureRandom());
    }

    @SuppressWarnings("unused") // by the detours
    private long detour(Function function, Object[] arguments) {
        calls.add(function.name());
        try {
            var instead = faults.before(function.name(), arguments);
            if (instead != null) return instead;
            var there = real.get(function);
            return there == null ? 0x54 : (long) there.invokeWithArguments(arguments);
        } catch (Throwable e) { // an exception in an upcall would end the JVM
            return 0x5;
        }
    }
}
