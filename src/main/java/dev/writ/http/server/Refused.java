package dev.writ.http.server;

/** A request that the server answers itself, without a handler. Carries no stack: a client could make many. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Answer.Full answer;
    private final boolean close;

    private Refused(Answer.Full answer, boolean close) {
        super(null, null, false, false);
        this.answer = answer;
        this.close = close;
    }

    /** A request whose end is not certain: nothing that follows on its connection is read. */
    static Refused malformed(String detail) {
        return new Refused(Answer.problem(400, "Bad Request", detail), true);
    }

    /** A well-formed request that is not let in; the connection survives when it had no body. */
    static Refused unwelcome(int status, String title, String detail, boolean body) {
        return new Refused(Answer.problem(status, title, detail), body);
    }

    static Refused of(Answer.Full answer, boolean close) {
        return new Refused(answer, close);
    }

    Answer.Full answer() {
        return answer;
    }

    boolean close() {
        return close;
    }
}
