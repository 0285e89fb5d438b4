package dev.writ.http.client;

import java.time.Duration;
import java.util.Optional;

/**
 * A server-sent event (WHATWG HTML §9.2.6).
 *
 * @param type {@code message} unless the server names another
 * @param data empty when the block has none: a server may send an id or a retry time alone
 * @param id of this event's own block
 * @param retry how long the server asks to wait before connecting again, when the block says so
 */
public record Event(String type, String data, Optional<String> id, Optional<Duration> retry) {}
