package dev.writ.http.client;

import dev.writ.base.Headers;
import io.netty.buffer.ByteBuf;

/** Who takes an answer from its connection, on the connection's event loop. */
sealed interface Receiver permits Inbox, Attempt {
    /** The head of an answer. */
    record Head(int status, Headers headers) {}

    /** From now on, bytes of the request may reach the peer. */
    void sending();

    /** The connection had died before anything was written: the request can be sent elsewhere. */
    void neverSent();

    /** Takes the head and tells who takes the rest. */
    Receiver head(Head head, Link link);

    /** Takes a piece of the body; the buffer stays the caller's. */
    void chunk(ByteBuf chunk);

    /** The connection goes on to another exchange: this one may no longer steer it. */
    void detach();

    void end();

    /** The exchange is over without an answer that is complete. */
    void fail(ClientError.Code code, String message);

    /** Everything that came with one read of the socket is there. */
    void wake();
}
