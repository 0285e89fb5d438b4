package dev.writ.policy;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One of the three constraints in a policy's head. It never fails; {@link #keys} is what the index files it under. */
sealed interface Scope {
    Uid ANYTHING = new Uid("*", "");

    boolean matches(Uid uid, Set<Uid> ancestors);

    /** One of these is the uid, an ancestor of it, or {@link #ANYTHING}, wherever this scope matches. */
    default List<Uid> keys() {
        return List.of(ANYTHING);
    }

    /**
     * The same where the index has already found this scope under a key.
     *
     * @param self whether that key is the uid itself, and not an ancestor or anything
     */
    default boolean matchesUnder(boolean self, Uid uid) {
        return true;
    }

    static boolean matches(Scope scope, Uid uid, Entities.@Nullable Known known) {
        return scope.matches(uid, known == null ? Set.of() : known.ancestors());
    }

    record All() implements Scope {
        @Override
        public boolean matches(Uid uid, Set<Uid> ancestors) {
            return true;
        }
    }

    record Exactly(Uid wanted) implements Scope {
        @Override
        public boolean matches(Uid uid, Set<Uid> ancestors) {
            return uid.equals(wanted);
        }

        @Override
        public boolean matchesUnder(boolean self, Uid uid) {
            return self;
        }

        @Override
        public List<Uid> keys() {
            return List.of(wanted);
        }
    }

    record OfType(String type) implements Scope {
        @Override
        public boolean matches(Uid uid, Set<Uid> ancestors) {
            return uid.type().equals(type);
        }

        @Override
        public boolean matchesUnder(boolean self, Uid uid) {
            return uid.type().equals(type);
        }
    }

    record In(Uid ancestor) implements Scope {
        @Override
        public boolean matches(Uid uid, Set<Uid> ancestors) {
            return uid.equals(ancestor) || ancestors.contains(ancestor);
        }

        @Override
        public List<Uid> keys() {
            return List.of(ancestor);
        }
    }

    record OfTypeIn(String type, Uid ancestor) implements Scope {
        @Override
        public boolean matches(Uid uid, Set<Uid> ancestors) {
            return uid.type().equals(type) && (uid.equals(ancestor) || ancestors.contains(ancestor));
        }

        @Override
        public boolean matchesUnder(boolean self, Uid uid) {
            return uid.type().equals(type);
        }

        @Override
        public List<Uid> keys() {
            return List.of(ancestor);
        }
    }

    record InOneOf(List<Uid> these) implements Scope {
        public InOneOf {
            these = these.stream().distinct().toList();
        }

        @Override
        public boolean matches(Uid uid, Set<Uid> ancestors) {
            for (var one : these) if (uid.equals(one) || ancestors.contains(one)) return true;
            return false;
        }

        @Override
        public List<Uid> keys() {
            return these;
        }
    }
}
