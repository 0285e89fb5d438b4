package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.guard.Caller;
import dev.writ.http.server.Answer;
import java.util.function.Supplier;

/** Where a client of 2026-07-28 stands when one server answers it: before that server alone, or before several. */
sealed interface Front {
    /** The server is not there for the caller. */
    Answer nowhere();

    /** The server cannot be asked now. */
    Answer not(String why);

    /** The server has nothing that this method is for. */
    Answer lacking(Supplier<Answer> noSuchMethod);

    /** An answer in the revision's form and in the words that the client knows. */
    Json.Obj dressed(Hop hop, Json.Obj answer);

    /** The server under its own names. */
    record Alone(Message.Request request, Supplier<Answer> noSuchServer) implements Front {
        @Override
        public Answer nowhere() {
            return noSuchServer.get();
        }

        @Override
        public Answer not(String why) {
            return Answer.json(200, RpcError.answer(request.id(), RpcError.INTERNAL_ERROR, why));
        }

        @Override
        public Answer lacking(Supplier<Answer> noSuchMethod) {
            return noSuchMethod.get();
        }

        @Override
        public Json.Obj dressed(Hop hop, Json.Obj answer) {
            return Dress.answer(request.method(), request.params(), Dress.info(hop.server(), hop.upstream()), answer);
        }
    }

    /**
     * One of several, whose names bring theirs along.
     *
     * @param request as the client sent it
     * @param to what it asks for under the names of the several
     */
    record Among(JointRequests requests, Caller.OfAgent caller, Message.Request request, Methods.Asked.For to)
            implements Front {
        @Override
        public Answer nowhere() {
            return refused(false);
        }

        @Override
        public Answer not(String why) {
            return refused(true);
        }

        @Override
        public Answer lacking(Supplier<Answer> noSuchMethod) {
            return refused(false);
        }

        private Answer refused(boolean down) {
            var answer = requests.nowhere(caller, request, to, down);
            return Answer.json(200, Dress.answer(request.method(), request.params(), Dress.JOINT, answer));
        }

        @Override
        public Json.Obj dressed(Hop hop, Json.Obj answer) {
            var shown = JointRequests.shown(request, to.action(), answer, hop.server());
            return Dress.answer(request.method(), request.params(), Dress.JOINT, shown);
        }
    }
}
