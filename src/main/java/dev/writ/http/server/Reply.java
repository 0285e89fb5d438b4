package dev.writ.http.server;

import dev.writ.base.Turns;

/** The answer that an {@link Evented} handler owes: given once, from any thread; whoever comes second changes nothing. */
public final class Reply {
    private final Call call;

    Reply(Call call) {
        this.call = call;
    }

    /**
     * Answers. A whole answer goes out at once; a stream's writer runs on a virtual thread.
     *
     * @return false when the call was answered already
     */
    public boolean send(Answer answer) {
        return call.answer(answer);
    }

    /**
     * Goes on in blocking style: the handler answers on a virtual thread.
     *
     * @return false when the call was answered already
     */
    public boolean block(Handler handler) {
        return call.block(handler);
    }

    /**
     * Takes a later step towards the answer: as in {@link Evented#begin}, what it throws becomes a 500 that tells the
     * client nothing.
     */
    public void step(Runnable step) {
        call.step(step);
    }

    /** The connection's event loop. Work that ends elsewhere comes back here; what is sent from here goes out on here. */
    public Turns loop() {
        return call.loop();
    }
}
