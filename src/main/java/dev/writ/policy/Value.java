package dev.writ.policy;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * A Cedar value. {@link Broken} stands for a value that could not be expressed (a number with five decimals, say):
 * reading it is an evaluation error, so the error rules decide and no policy sees a guess.
 */
@SuppressWarnings("JavaLangClash") // these are the names that Cedar's users know
public sealed interface Value {

    record Bool(boolean value) implements Value {
        public static final Bool TRUE = new Bool(true);
        public static final Bool FALSE = new Bool(false);

        public static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    record Long(long value) implements Value {}

    record Str(String value) implements Value {}

    /** A set without order or duplicates; it can hold nothing broken. */
    record Set(java.util.Set<Value> items) implements Value {
        public static final Set EMPTY = new Set(java.util.Set.of());

        public Set {
            items = java.util.Set.copyOf(items);
            for (var item : items) if (broken(item)) throw new IllegalArgumentException("a broken value in a set");
        }

        public static Set of(Collection<? extends Value> items) {
            return items.isEmpty() ? EMPTY : new Set(java.util.Set.copyOf(items));
        }

        public static Set ofEntities(Collection<Uid> uids) {
            return of(uids.stream().map(Entity::new).toList());
        }
    }

    /** Named values; a field may be broken, then only reading that field, or the record as a whole, is an error. */
    final class Record implements Value {
        public static final Record EMPTY = new Record(Map.of());

        private final Map<String, Value> fields;
        private final boolean broken;

        private Record(Map<String, Value> fields) {
            this.fields = fields;
            boolean anyBroken = false;
            for (var field : fields.values()) anyBroken |= Value.broken(field);
            this.broken = anyBroken;
        }

        public static Record of(Map<String, ? extends Value> fields) {
            return fields.isEmpty() ? EMPTY : new Record(Map.copyOf(fields));
        }

        public static Builder builder() {
            return new Builder();
        }

        /** Takes over a map that the caller never touches again; saves a copy for each call's arguments. */
        static Record owning(Map<String, Value> fields) {
            return new Record(fields);
        }

        public java.util.Optional<Value> field(String name) {
            return java.util.Optional.ofNullable(fields.get(name));
        }

        public java.util.Set<String> names() {
            return java.util.Collections.unmodifiableSet(fields.keySet());
        }

        public Record with(String name, Value value) {
            var changed = new HashMap<>(fields);
            changed.put(name, value);
            return new Record(changed);
        }

        @org.jspecify.annotations.Nullable
        Value read(String name) {
            return fields.get(name);
        }

        boolean broken() {
            return broken;
        }

        /** Collects fields for one record; used once. */
        public static final class Builder {
            private Map<String, Value> fields = HashMap.newHashMap(12);

            private Builder() {}

            public Builder put(String name, Value value) {
                fields.put(name, value);
                return this;
            }

            public Record build() {
                var built = new Record(fields);
                fields = new HashMap<>();
                return built;
            }
        }

        @Override
        public boolean equals(@org.jspecify.annotations.Nullable Object other) {
            return other instanceof Record record && fields.equals(record.fields);
        }

        @Override
        public int hashCode() {
            return fields.hashCode();
        }

        @Override
        public String toString() {
            return fields.toString();
        }
    }

    record Entity(Uid uid) implements Value {}

    /** A number with four decimals, as ten-thousandths. */
    record Decimal(long tenThousandths) implements Value {}

    /** Milliseconds since 1970-01-01T00:00:00Z. */
    record DateTime(long epochMillis) implements Value {}

    record Duration(long millis) implements Value {}

    /** An address with its prefix length: {@code high} and {@code low} hold 128 bits, an IPv4 address the last 32. */
    record IpAddr(boolean v6, long high, long low, int prefix) implements Value {
        public IpAddr {
            if (prefix < 0 || prefix > (v6 ? 128 : 32)) throw new IllegalArgumentException("prefix length " + prefix);
            if (!v6 && (high != 0 || low >>> 32 != 0))
                throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }

        public static Value parse(String text) {
            return IpText.parse(text);
        }
    }

    record Broken(String reason) implements Value {}

    private static boolean broken(Value value) {
        return value instanceof Broken || (value instanceof Record record && record.broken());
    }

    /** Whether using this value as a whole is an error. */
    default boolean unusable() {
        return broken(this);
    }
}
