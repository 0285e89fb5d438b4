package dev.writ.store;

import java.sql.SQLException;
import java.util.function.UnaryOperator;

/**
 * One change of a snapshot, in both of its forms. They must mean the same and touch only what they change: a change may
 * be applied on top of another one that its planner did not see.
 */
public interface Change<S> {
    S apply(S before);

    void save(Sql sql) throws SQLException;

    /** How a change is written down. */
    @FunctionalInterface
    interface Saving {
        void save(Sql sql) throws SQLException;
    }

    static <S> Change<S> of(UnaryOperator<S> apply, Saving saving) {
        return new Change<>() {
            @Override
            public S apply(S before) {
                return apply.apply(before);
            }

            @Override
            public void save(Sql sql) throws SQLException {
                saving.save(sql);
            }
        };
    }
}
