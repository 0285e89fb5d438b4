package dev.writ.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.writ.store.StoreError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetsTest extends AuthorityFixture {
    @ParameterizedTest
    @CsvSource({"1, 100", "57, 500", "16, 100", "200, 150"})
    void parallelCallsNeverExceedTheBudget(long budget, int calls) throws Exception {
        var limited = opened(BOT, alice, budget);
        assertThat(reserved(limited, calls)).hasSize((int) Math.min(budget, calls));
        assertThat(authority.budgets().used(ACME, limited.id())).isEqualTo(Math.min(budget, calls));
        assertThat(current(limited).callsLeased()).isLessThanOrEqualTo(budget);
    }

    @Test
    void whatWasNotSentIsGivenBackOnceAndWhatWasSentIsNot() throws Exception {
        var limited = opened(BOT, alice, 1);
        var reservation = reserved(limited, 1).getFirst();
        assertThat(authority.budgets().reserve(ACME, limited.id())).isEqualTo(new Reserving.Exhausted());
        authority.budgets().settle(reservation, false);
        authority.budgets().settle(reservation, false);
        var second = reserved(limited, 5);
        assertThat(second).hasSize(1);
        authority.budgets().settle(second.getFirst(), true);
        authority.budgets().settle(second.getFirst(), false);
        assertThat(reserved(limited, 1)).isEmpty();
    }

    @Test
    void aRestartAfterACrashChargesWhatWasLeasedAndAfterAStopWhatWasUsed() throws Exception {
        var crashed = new Authority(store, clock);
        assertThat(crashed.budgets().reserve(ACME, task.id())).isInstanceOf(Reserving.Reserved.class);
        authority = new Authority(store, clock);
        assertThat(authority.budgets().used(ACME, task.id())).isEqualTo(Budgets.QUANTUM);
        assertThat(reserved(task, 1_000)).hasSize((int) (100 - Budgets.QUANTUM));

        var second = opened(BOT, alice, 100);
        reserved(second, 3);
        authority.close();
        assertThatThrownBy(() -> authority.budgets().reserve(ACME, second.id())).isInstanceOf(StoreError.class);
        authority = new Authority(store, clock);
        assertThat(authority.budgets().used(ACME, second.id())).isEqualTo(3);
        assertThat(reserved(second, 200)).hasSize(97);
    }

    private List<Reservation> reserved(Task from, int calls) throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Reserving> reserve = () -> authority.budgets().reserve(ACME, from.id());
            var won = new ArrayList<Reservation>();
            for (var answer : callers.invokeAll(Collections.nCopies(calls, reserve)))
                if (answer.get() instanceof Reserving.Reserved(var reservation)) won.add(reservation);
                else assertThat(answer.get()).isEqualTo(new Reserving.Exhausted());
            return won;
        }
    }
}
