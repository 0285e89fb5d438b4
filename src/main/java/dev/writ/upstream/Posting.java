package dev.writ.upstream;

import dev.writ.base.Headers;
import dev.writ.http.client.Arrival;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A POST that is begun without waiting, and what came of it. What could end it from outside is taken back as soon as
 * there is nothing left to end.
 */
final class Posting {
    /** A larger answer is not parsed on an event loop: everybody else would wait for it. */
    static final int AT_ONCE_BYTES_MAX = 64 << 10;

    private final HttpClient client;
    private final List<Cancellation.Registration> registrations;

    Posting(HttpClient client, List<Cancellation.Registration> registrations) {
        this.client = client;
        this.registrations = registrations;
    }

    /**
     * @param then told once; where the answer is an event stream it must be read, or closed, whoever still wants it
     * @return ends the exchange from any thread
     */
    Runnable begin(Call call, Consumer<Got> then) {
        return client.begin(call, HttpWire.ANSWER_BYTES_MAX, arrival -> then.accept(new Got(arrival)))::cancel;
    }

    private void over() {
        registrations.forEach(Cancellation.Registration::close);
    }

    final class Got {
        private final Arrival arrival;

        private Got(Arrival arrival) {
            this.arrival = arrival;
            if (!(arrival instanceof Arrival.Opened)) over();
        }

        /** @param reading takes the answer out of this; throws {@link UpstreamError} when there is none */
        <T> Coming<T> coming(Supplier<T> reading) {
            return switch (arrival) {
                case Arrival.Whole whole -> new Coming<>(whole.body().length > AT_ONCE_BYTES_MAX, reading);
                case Arrival.Failed(var error) -> Coming.failed(UpstreamError.of(error));
                case Arrival.Opened(var exchange) -> new Coming<>(true, () -> read(exchange, reading));
            };
        }

        private <T> T read(Exchange exchange, Supplier<T> reading) {
            try (exchange) {
                return reading.get();
            } catch (ClientError e) {
                throw UpstreamError.of(e);
            } finally {
                over();
            }
        }

        int status() {
            return switch (arrival) {
                case Arrival.Whole whole -> whole.status();
                case Arrival.Opened(var exchange) -> exchange.status();
                case Arrival.Failed(var error) -> throw error;
            };
        }

        Headers headers() {
            return switch (arrival) {
                case Arrival.Whole whole -> whole.headers();
                case Arrival.Opened(var exchange) -> exchange.headers();
                case Arrival.Failed(var error) -> throw error;
            };
        }

        /** The event stream, if it is one. */
        Optional<Exchange> stream() {
            return arrival instanceof Arrival.Opened(var exchange) ? Optional.of(exchange) : Optional.empty();
        }

        /** The whole body of an answer that is no stream. */
        byte[] body() {
            return switch (arrival) {
                case Arrival.Whole whole -> whole.body();
                case Arrival.Opened _ -> throw new IllegalStateException("a stream has no whole body");
                case Arrival.Failed(var error) -> throw error;
            };
        }
    }
}
