/**
 * An HTTP/1.1 server for blocking handlers: bytes on event loops, one virtual thread per call, event streams that end at once.
 * Start with {@link dev.writ.http.server.HttpServer}, {@link dev.writ.http.server.Routes} and {@link dev.writ.http.server.Answer}.
 * A message that two readers could understand differently is refused with 400 and the connection closed.
 * Never here: a decision, a credential, a log line with a header's value or a body, a stack trace to a client.
 */
@NullMarked
package dev.writ.http.server;

import org.jspecify.annotations.NullMarked;
