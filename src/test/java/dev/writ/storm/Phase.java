package dev.writ.storm;

/** Where a kill found the process, or one of its calls. */
enum Phase {
    /** The process had begun and did not serve yet: it opened, replayed or mended what the last kill had left. */
    STARTING("starting"),
    /** It served, and no call was under way that left a trace. */
    BETWEEN_CALLS("serving, no call in flight"),
    /** A call had been sent and its intent was not durable. */
    BEFORE_INTENT("call before its durable intent"),
    /** The intent was durable, and the server behind had received nothing. */
    BETWEEN_INTENT_AND_FORWARD("call between intent and forward"),
    /** The server behind had received the call, and no outcome was durable. */
    BETWEEN_FORWARD_AND_OUTCOME("call between forward and outcome"),
    /** The outcome was durable, and the caller had no answer. */
    BETWEEN_OUTCOME_AND_ANSWER("call between outcome and answer"),
    /** A file was being replaced, a checkpoint or a tile say: its successor lay half made beside it. */
    WITHIN_REPLACEMENT("a file was being replaced");

    private final String text;

    Phase(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
